import { statSync } from 'node:fs'
import { join } from 'node:path'
import { rowFlags } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { ask, connectRaw, readAll, serveEcho, startProxy } from '../../support/proxied.js'
import { readLog } from '../../support/read-log.js'

async function stop(proxy: Command): Promise<void> {
  proxy.kill('SIGINT')
  expect((await proxy.ended).code).toBe(0)
}

describe('hawser proxy --log', () => {
  it('writes what came from both sides, and how it began and ended', async () => {
    const file = join(createFolder({}), 'calls.hawser')
    const target = await serveEcho()
    const { proxy, port } = await startProxy(target, ['-q', '--log', file])
    expect(await ask(port, 'hello')).toBe('hello')
    await stop(proxy)
    const rows = readLog(file)
    expect(rows.map(({ connection, kind, text }) => [connection, kind, text])).toEqual([
      [1, 'event', expect.stringContaining('"open"') as string],
      [1, 'in', 'hello\n'],
      [1, 'out', 'hello\n'],
      [1, 'event', '{"event":"end","direction":"in"}'],
      [1, 'event', '{"event":"end","direction":"out"}'],
      [1, 'event', expect.stringContaining('"close"') as string],
    ])
    expect(JSON.parse(rows[0]!.text)).toMatchObject({
      side: 'proxy',
      proxy: 'main',
      target: `127.0.0.1:${target}`,
    })
    expect(JSON.parse(rows.at(-1)!.text)).toMatchObject({ by: 'client', up: 6, down: 6 })
    expect(statSync(file).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600)
  })

  it('says which fault met which connection, and has the bytes from before it', async () => {
    const file = join(createFolder({}), 'calls.hawser')
    const words = ['--log', file, '--fault', 'limit=2@up']
    const { proxy, port } = await startProxy(await serveEcho(), words)
    const client = await connectRaw(port)
    await client.send('abcd')
    await client.end()
    await readAll(client)
    await proxy.prints(/@1 closed/)
    await stop(proxy)
    const faults = readLog(file).filter(({ text }) => text.includes('"event":"fault"'))
    expect(faults.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
      { event: 'fault', name: 'limit_data_upstream', fault: 'limit=2@up' },
      {
        event: 'fault',
        direction: 'in',
        what: 'closes the connection after 2 bytes',
        effect: 'lost',
        bytes: 2,
      },
    ])
    expect(readLog(file).find(({ kind }) => kind === 'in')?.text).toBe('abcd')
  })

  it('marks what a rule or a fault changed, and says how; a replay does not play that', async () => {
    const folder = createFolder({
      'rules.mjs': `export default [
        { match: 'a', replace: 'b' }, { match: 'c', drop: true }, { way: 'up', match: 'd', delay: 1 },
      ]`,
    })
    const file = join(folder, 'calls.hawser')
    const words = ['--rules', join(folder, 'rules.mjs'), '--framing', 'lines', '--log', file]
    const target = await serveEcho()
    const { proxy, port } = await startProxy(target, [...words, '--fault', 'duplicate@down'])
    const client = await connectRaw(port)
    for (const line of ['a\n', 'c\nd\n', 'e\n']) {
      await client.send(line)
      await client.receive()
    }
    await client.close()
    await proxy.prints(/@1 closed/)
    await stop(proxy)
    const marked = readLog(file).filter(({ kind }) => kind !== 'event')
    const { changed, repeated } = rowFlags
    expect(marked.map(({ kind, flags, text }) => [kind, flags, text])).toEqual([
      ['in', changed, 'a\n'],
      ['out', repeated, 'b\n'],
      ['in', changed, 'c\nd\n'],
      ['out', repeated, 'd\n'],
      ['in', 0, 'e\n'],
      ['out', repeated, 'e\n'],
    ])
    const rules = readLog(file).filter(({ text }) => text.includes('"event":"rule"'))
    expect(rules.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
      { direction: 'in', rule: 'rule 1', effect: 'changed', bytes: 2 },
      { direction: 'in', rule: 'rule 2', effect: 'lost', bytes: 2 },
      { direction: 'in', rule: 'rule 3', what: 'delayed by 1 ms' },
    ])
    const replayed = await Command.hawser(['replay', file, '--to', String(target)]).ended
    expect(replayed.code).toBe(1)
    expect(replayed.stdout).toMatch(
      /connection 1 is skipped: a rule changed bytes of it .*\n.*1 skipped\n$/,
    )
  })

  it('has a connection whose target could not be reached', async () => {
    const file = join(createFolder({}), 'calls.hawser')
    const { proxy, port } = await startProxy(await freePort(), ['--log', file])
    const client = await connectRaw(port)
    await client.closed
    await stop(proxy)
    const last = readLog(file).at(-1)
    expect(JSON.parse(last?.text ?? '')).toMatchObject({
      event: 'close',
      error: expect.stringContaining('nothing listens there') as string,
    })
  })

  it('refuses a file that another writes to, in one line, with exit code 1', async () => {
    const file = join(createFolder({}), 'calls.hawser')
    await startProxy(await serveEcho(), ['--log', file])
    const words = ['proxy', '0', '1', '--log', file]
    const { code, stdout, stderr } = await Command.hawser(words).ended
    expect(stderr).toMatch(/^hawser: .*calls\.hawser.*\n$/)
    expect([code, stdout]).toEqual([1, ''])
  })
})
