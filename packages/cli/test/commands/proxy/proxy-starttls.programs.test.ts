import { join } from 'node:path'
import { connect, createServer, lines } from 'hawser'
import { rowFlags } from 'hawser/log'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  type Authority,
  createAuthority,
  type Pair,
} from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import type { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'
import { connectRaw, portOf, startProxy } from '../../support/proxied.js'
import { readLog } from '../../support/read-log.js'

let authority: Authority
let site: Pair

beforeAll(async () => {
  authority = await createAuthority('Test authority')
  site = await authority.issue({ name: 'site', names: ['localhost', '127.0.0.1'] })
})

/** A server that begins TLS when it is asked to, as SMTP does. */
async function serveMail(): Promise<number> {
  const server = createServer(
    { framing: lines(), tls: { cert: site.cert, key: site.key } },
    {
      async message(client, line) {
        if (line === 'STARTTLS') await client.startTls({ reply: '220 go ahead' })
        else if (line === 'STARTTLS NOT') await client.send('454 not now')
        else if (line === 'STARTTLS EVIL') {
          // In one write, as an attacker in between would put it in.
          for (const reply of ['220 go ahead', '250 injected']) void client.send(reply)
        } else await client.send(`${client.tls === undefined ? 'plain' : 'secret'} ${line}`)
      },
    },
  )
  await server.listen('tcp://127.0.0.1:0')
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return portOf(server)
}

async function startMailProxy(...words: string[]): Promise<{ proxy: Command; port: number }> {
  const folder = createFolder({
    'ca.pem': authority.cert,
    'site.pem': site.cert + site.key,
    'rules.mjs': `export default [{ way: 'up', match: /^STARTTLS/, starttls: /^220/ }]`,
  })
  const path = (name: string): string => join(folder, name)
  const tls = ['--cert', path('site.pem'), '--ca', path('ca.pem')]
  const rules = ['--framing', 'lines', '--rules', path('rules.mjs')]
  return startProxy(await serveMail(), ['--starttls', ...tls, ...rules, ...words])
}

describe('STARTTLS through hawser proxy', () => {
  it('begins on both sides when the target agrees, and what is said is shown', async () => {
    const file = join(createFolder(), 'mail.hawser')
    const { proxy, port } = await startMailProxy('--log', file)
    const client = await connect(`tcp://127.0.0.1:${port}`, { framing: lines() })
    await client.send('hello')
    expect(await client.receive()).toBe('plain hello')
    await client.send('STARTTLS')
    expect(await client.receive()).toBe('220 go ahead')
    await client.startTls({ tls: { ca: authority.cert, servername: 'localhost' } })
    await client.send('hello')
    expect(await client.receive()).toBe('secret hello')
    await client.close()
    await proxy.prints(/@1 rule rule 1: up, asks for TLS\n/)
    await proxy.prints(/@1 tls with the client TLSv1\.3 .*; with the target TLSv1\.3 /)
    await proxy.prints(/@1 down 12 B secret hello\n/)
    await proxy.prints(/@1 closed by the client/)
    proxy.kill('SIGINT')
    await proxy.ended
    const said = readLog(file).filter(({ kind }) => kind !== 'event')
    expect(said.map(({ flags, text }) => [flags, text])).toEqual([
      [0, 'hello\n'],
      [0, 'plain hello\n'],
      [0, 'STARTTLS\n'],
      [0, '220 go ahead\n'],
      [rowFlags.tls, 'hello\n'],
      [rowFlags.tls, 'secret hello\n'],
    ])
  })

  it('waits for what a fault delays', async () => {
    const { port } = await startMailProxy('--fault', 'latency=20')
    const client = await connect(`tcp://127.0.0.1:${port}`, { framing: lines() })
    await client.send('hello')
    await client.send('STARTTLS')
    expect(await client.receive()).toBe('plain hello')
    expect(await client.receive()).toBe('220 go ahead')
    await client.startTls({ tls: { ca: authority.cert, servername: 'localhost' } })
    await client.send('hello')
    expect(await client.receive()).toBe('secret hello')
    await client.close()
  })

  it('goes on in plain text when the target refuses', async () => {
    const { port } = await startMailProxy()
    const client = await connect(`tcp://127.0.0.1:${port}`, { framing: lines() })
    await client.send('STARTTLS NOT')
    expect(await client.receive()).toBe('454 not now')
    await client.send('hello')
    expect(await client.receive()).toBe('plain hello')
    await client.close()
  })

  it.each([
    ['the client', 'STARTTLS\nEVIL\n'],
    ['the target', 'STARTTLS EVIL\n'],
  ])('takes no plain text of %s behind it', async (_who, text) => {
    const { proxy, port } = await startMailProxy()
    const client = await connectRaw(port)
    await client.send(text)
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(/@1 error plain text came behind the message.*CVE-2011-0411/)
  })

  it('resets a connection whose expression does not come to its end, and no other', async () => {
    const folder = createFolder({
      'rules.mjs': String.raw`export default [{ way: 'up', match: /^STARTTLS/, starttls: /^(\S+\s?)+!$/ }]`,
      'site.pem': site.cert + site.key,
    })
    const words = ['--starttls', '--cert', join(folder, 'site.pem'), '--framing', 'lines']
    const rules = ['--rules', join(folder, 'rules.mjs')]
    const { proxy, port } = await startProxy(await serveMail(), [...words, ...rules])
    const other = await connectRaw(port)
    const client = await connectRaw(port)
    await client.send(`hello ${'o'.repeat(50)}\nSTARTTLS NOT\n`)
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(/error --rules: a rule took longer than 1000 ms/)
    await other.send('hello\n')
    expect(Buffer.from(await other.receive()).toString()).toBe('plain hello\n')
  })

  it('resets the client when the target is not to be trusted', async () => {
    const folder = createFolder({
      'site.pem': site.cert + site.key,
      'rules.mjs': `export default [{ way: 'up', match: /^STARTTLS/, starttls: true }]`,
    })
    const words = ['--starttls', '--cert', join(folder, 'site.pem'), '--framing', 'lines']
    const rules = ['--rules', join(folder, 'rules.mjs')]
    const { proxy, port } = await startProxy(await serveMail(), [...words, ...rules])
    const client = await connectRaw(port)
    await client.send('STARTTLS\n')
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(/@1 error .*--ca FILE/)
  })

  it.each([
    [['--starttls'], /--starttls has no rule that says when: name a file with --rules FILE/],
    [['--starttls', '--tls-in', '--rules', 'x'], /--starttls.*--tls-in/],
  ])('%j is a usage error', async (words, message) => {
    const { code, stderr } = await runRefused(['proxy', '0', '1', ...words])
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })
})
