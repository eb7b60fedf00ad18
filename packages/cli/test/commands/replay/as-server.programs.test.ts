import { connect, type Connection, raw } from 'hawser'
import { createLog } from 'hawser/log'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'
import { writeLog } from '../../support/recorder.js'

async function serve(file: string, ...words: string[]): Promise<{ run: Command; port: number }> {
  const run = Command.hawser(['replay', file, '--as-server', '0', ...words])
  return { run, port: await run.port() }
}

async function dial(port: number): Promise<Connection> {
  const client = await connect(`127.0.0.1:${port}`, { framing: raw(), allowHalfOpen: true })
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  return client
}

/** Says something, and hears so many bytes. */
async function ask(client: Connection, text: string, length: number): Promise<string> {
  await client.send(text)
  return hear(client, length)
}

async function hear(client: Connection, length: number): Promise<string> {
  let heard = ''
  while (heard.length < length) heard += Buffer.from(await client.receive()).toString('latin1')
  return heard
}

describe('hawser replay --as-server', () => {
  it('serves a client from the log, and ends when all was served', async () => {
    const file = await writeLog(['> PING', '< +PONG', '> QUIT', '< +OK', 'server ends'])
    const { run, port } = await serve(file)
    const client = await dial(port)
    expect(await ask(client, 'PING', 5)).toBe('+PONG')
    expect(await ask(client, 'QUIT', 3)).toBe('+OK')
    await client.end()
    for await (const _bytes of client) throw new Error('there is more')
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/\n1 connection, 8 B sent, 8 B received, in .*s: as recorded\n$/)
  })

  it('speaks TLS as hawser serve does: with the development certificate, or another', async () => {
    const file = await writeLog(['> PING', '< +PONG'], ['> PING', '< +PONG'])
    const authority = await createAuthority('Test authority')
    const site = await authority.issue({ name: 'site', names: ['localhost'] })
    const folder = createFolder({ 'site.pem': site.cert + site.key })
    for (const words of [['--tls'], ['--cert', join(folder, 'site.pem')]]) {
      const run = Command.hawser(['replay', file, '--as-server', '0', ...words], {
        env: { XDG_CACHE_HOME: folder },
      })
      const [, port = ''] = await run.prints(/tls:\/\/127\.0\.0\.1:(\d+) \(replay\)/)
      const [, trust] = words[0] === '--tls' ? await run.prints(/with --ca (\S+)/) : []
      const ca = trust === undefined ? authority.cert : readFileSync(trust, 'utf8')
      for (let count = 0; count < 2; count += 1) {
        const client = await connect(`tls://localhost:${port}`, { framing: raw(), tls: { ca } })
        expect(await ask(client, 'PING', 5)).toBe('+PONG')
        await client.end()
      }
      expect((await run.ended).code).toBe(0)
    }
  })

  it('speaks first where the server did', async () => {
    const file = await writeLog(['< 220 hello', '> QUIT', '< 221 bye'])
    const { run, port } = await serve(file)
    const client = await dial(port)
    expect(await hear(client, 9)).toBe('220 hello')
    expect(await ask(client, 'QUIT', 7)).toBe('221 bye')
    await client.end()
    expect((await run.ended).code).toBe(0)
  })

  it('a client gets the connection that began as it does, in whichever order they come', async () => {
    const file = await writeLog(['> GET /one', '< 1'], ['> GET /two', '< 2'], ['> GET /six', '< 6'])
    const { run, port } = await serve(file)
    for (const [path, reply] of [
      ['/six', '6'],
      ['/one', '1'],
      ['/two', '2'],
    ] as const) {
      const client = await dial(port)
      expect(await ask(client, `GET ${path}`, 1)).toBe(reply)
      await client.end()
    }
    expect((await run.ended).code).toBe(0)
  })

  it('more clients at once than it reads ahead are all served', async () => {
    const all = Array.from({ length: 200 }, () => ['> PING', '< +PONG'] as const)
    const { run, port } = await serve(await writeLog(...all))
    const clients = await Promise.all(all.map(() => dial(port)))
    const replies = await Promise.all(clients.map((client) => ask(client, 'PING', 5)))
    expect(new Set(replies)).toEqual(new Set(['+PONG']))
    for (const client of clients) await client.end()
    const { code, stdout, stderr } = await run.ended
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/\n200 connections, /)
  })

  it('a client that says something else is shown, and reset', async () => {
    const file = await writeLog(['> PING', '< +PONG'])
    const { run, port } = await serve(file)
    const client = await dial(port)
    await client.send('PONG')
    expect((await client.closed).reason).toBe('reset')
    const { code, stdout } = await run.ended
    expect(stdout).toMatch(/\nconnection 1: the client's byte 1 \(0x1\) differs\n- 0{8} {2}50 49/)
    expect(code).toBe(1)
  })

  it('--repeat serves the log again', async () => {
    const file = await writeLog(['> A', '< a'])
    const { run, port } = await serve(file, '--repeat', '3')
    for (let round = 0; round < 3; round++) {
      const client = await dial(port)
      expect(await ask(client, 'A', 1)).toBe('a')
      await client.end()
    }
    const { code, stdout } = await run.ended
    expect(stdout).toMatch(/\n3 connections, /)
    expect(code).toBe(0)
  })

  it('in the log of a client, what came in is what the server said', async () => {
    const file = join(createFolder(), 'client.hawser')
    const log = await createLog(file)
    const logged = log.open({}, { side: 'client' })
    logged.out(Buffer.from('PING'))
    logged.in(Buffer.from('+PONG'))
    logged.close()
    await log.close()
    const { run, port } = await serve(file)
    const client = await dial(port)
    expect(await ask(client, 'PING', 5)).toBe('+PONG')
    await client.end()
    expect((await run.ended).code).toBe(0)
  })

  it('a large reply waits for a client that reads slowly', async () => {
    const megabyte = 'x'.repeat(1_000_000)
    const file = await writeLog([
      '> A',
      ...Array.from({ length: 20 }, () => `< ${megabyte}` as const),
    ])
    const { run, port } = await serve(file)
    const client = await dial(port)
    await client.send('A')
    let heard = 0
    for await (const bytes of client) {
      heard += bytes.length
      if (heard >= 20_000_000) break
    }
    await client.end().catch(() => {})
    expect(heard).toBe(20_000_000)
    await run.ended
  })

  it('Ctrl-C ends it, with a summary', async () => {
    const file = await writeLog(['> A', '< a'])
    const { run } = await serve(file)
    run.kill('SIGINT')
    const { code, stdout } = await run.ended
    expect(stdout).toMatch(/\n0 connections, /)
    expect(code).toBe(130)
  })

  it('a client that vanishes is a difference, and ends nothing else', async () => {
    const file = await writeLog(['< hi', '> AA', '< a'], ['> B', '< b'])
    const { run, port } = await serve(file)
    const first = await dial(port)
    expect(await ask(first, 'A', 2)).toBe('hi')
    first.reset()
    const second = await dial(port)
    expect(await ask(second, 'B', 1)).toBe('b')
    await second.end()
    const { code, stdout } = await run.ended
    expect(stdout).toMatch(/connection 1: the client ended where byte \d \(0x\d\) was expected/)
    expect(code).toBe(1)
  })

  it('a client that leaves without a word takes no connection of the log', async () => {
    const file = await writeLog(['> A', '< a'])
    const { run, port } = await serve(file)
    const first = await dial(port)
    await first.end()
    await run.prints(/a client came, and left without a word/)
    const second = await dial(port)
    expect(await ask(second, 'A', 1)).toBe('a')
    await second.end()
    expect((await run.ended).code).toBe(0)
  })
})
