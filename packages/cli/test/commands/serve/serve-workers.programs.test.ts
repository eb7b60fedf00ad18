import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Connection, lines } from 'hawser'
import parse from 'parse-prometheus-text-format'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'
import { Command } from '../../support/command.js'

const line = expect.any(String) as string

/** A client that is gone when the test is. */
async function call(port: number): Promise<Connection<string, string>> {
  const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
  onTestFinished(async () => {
    client.reset()
    await client.closed
  })
  return client
}

/** One exchange on a connection of its own. */
async function ask(port: number, text: string): Promise<string | undefined> {
  const client = await call(port)
  await client.send(text)
  for await (const answer of client) return answer
  return undefined
}

describe('hawser serve --workers', () => {
  it('serves with several processes, and says whose clients are whose', async () => {
    const server = Command.hawser(['serve', '0', '--echo', '--workers', '2'])
    const port = await server.port()
    await server.prints(/\(lines, echo, 2 workers\)/)
    for (const text of ['one', 'two']) expect(await ask(port, text)).toBe(text)
    await server.prints(/@1\.1 connected 127\.0\.0\.1:\d+ \(1 open here\)/)
    await server.prints(/@2\.1 connected 127\.0\.0\.1:\d+ \(1 open here\)/)
    server.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' })
    expect(server.printed).toMatch(/stopped: \d drained, 0 forced\n$/)
  })

  it('says it in JSON, a whole object a line', async () => {
    const server = Command.hawser(['serve', '0', '--json', '--workers', '2'])
    const port = await server.port()
    await (await call(port)).send('text')
    await server.prints(/"text":"text"/)
    server.kill('SIGINT')
    const { stdout } = await server.ended
    const events = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { event: string; worker?: number })
    expect(events[0]).toMatchObject({ event: 'listening', workers: 2 })
    expect(events.find(({ event }) => event === 'message')?.worker).toBeGreaterThan(0)
    expect(events.at(-1)).toMatchObject({ event: 'stopped', forced: 0 })
  })

  it('relays chat to the clients of all workers', async () => {
    const server = Command.hawser(['serve', '0', '--chat', '--workers', '2'])
    const port = await server.port()
    const clients = [await call(port), await call(port)]
    await server.prints(/@1\.1 connected/)
    await server.prints(/@2\.1 connected/)
    await clients[0]?.send('ahoy')
    const { value } = (await clients[1]?.[Symbol.asyncIterator]().next()) ?? {}
    expect(value).toBe('ahoy')
  })

  it('sends what it reads to the clients of all workers, or to the one that is named', async () => {
    const server = Command.hawser(['serve', '0', '--workers', '2'])
    server.type('first\n')
    const port = await server.port()
    const clients = [await call(port), await call(port)]
    await server.prints(/@1\.1 connected/)
    await server.prints(/@2\.1 connected/)
    // It waited for the first of them, whichever that was.
    await server.prints(/@all out to 1 5 B first/)
    server.type('to all\n@1.1 to one\n@2.1 to the other\n@3.1 to none\n@1 to none\n')
    await server.prints(/not sent: there is no client @3\.1\nnot sent: there is no client @1\n/)
    const heard = await Promise.all(
      clients.map(async (client) => {
        const texts: string[] = []
        for await (const text of client) {
          if (text !== 'first') texts.push(text)
          if (texts.length === 2) break
        }
        return texts.join(', ')
      }),
    )
    expect(new Set(heard)).toEqual(new Set(['to all, to one', 'to all, to the other']))
  })

  it('gives no name twice, and shows nothing above where it listens', async () => {
    const server = Command.hawser(['serve', '0', '--workers', '1'])
    const port = await server.port()
    await call(port)
    await server.prints(/@1\.1 connected/)
    server.kill('SIGHUP')
    await server.prints(/reloaded: 1 worker replaced, 1 connection drained, 0 forced/)
    await call(port)
    await server.prints(/@2\.1 connected/)
    expect(server.printed.indexOf('listening on')).toBe(0)
  })

  it('replaces its workers on SIGHUP, and one that was killed', async () => {
    const server = Command.hawser(['serve', '0', '--echo', '--workers', '2'])
    const port = await server.port()
    server.kill('SIGHUP')
    await server.prints(/reloaded: 2 workers replaced, 0 connections drained, 0 forced/)
    const [, pid] = await server.prints(/worker 3 \(process (\d+)\) listens/)
    expect(await ask(port, 'still there')).toBe('still there')
    process.kill(Number(pid), 'SIGKILL')
    await server.prints(
      new RegExp(`worker 3 \\(process ${pid}\\) crashed, SIGKILL; another one starts in \\d+ ms`),
    )
    await server.prints(/worker 5 \(process \d+\) listens/)
    expect(await ask(port, 'and again')).toBe('and again')
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  it('cuts off who does not end at the second signal', async () => {
    const server = Command.hawser(['serve', '0', '--workers', '2', '--drain', '1h'])
    const port = await server.port()
    const client = net.connect(port, '127.0.0.1')
    onTestFinished(() => void client.destroy())
    client.on('error', () => {})
    client.write('whole line\nhalf a li')
    await server.prints(/whole line/)
    server.kill('SIGTERM')
    await server.prints(/worker [12] \(process \d+\) ended, code 0/)
    // The first was taken before that was said, and what comes 250 ms behind it is a second one.
    await sleep(300)
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(143)
    expect(server.printed).toMatch(/@[12]\.1 closed drain-timeout/)
  })

  it('says once that its port is taken, or that an option cannot be used', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as net.AddressInfo
    const failed = await Command.hawser(['serve', String(port), '--workers', '3']).ended
    expect(failed).toMatchObject({ code: 1, stdout: '', stderr: line })
    expect(failed.stderr).toMatch(/^hawser: cannot listen on tcp:\/\/127\.0\.0\.1:\d+: .+\n$/)
    const wrong = ['serve', '0', '--workers', '2', '--deny', '10.0.0.0/99']
    expect(await Command.hawser(wrong).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^hawser: deny cannot be used: .+\n$/) as string,
    })
    expect(await Command.hawser(['serve', '0', '--workers', '0']).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--workers is auto or a number of processes/) as string,
    })
  })

  it('serves the metrics of all workers, and their sum', async () => {
    const server = Command.hawser(['serve', '0', '--echo', '--workers', '2', '--metrics', '0'])
    const port = await server.port()
    const [, base = ''] = await server.prints(/metrics on (http:\S+)\/metrics\n/)
    for (const text of ['one', 'two', 'three', 'four']) await ask(port, text)
    const read = async (path: string): Promise<ReturnType<typeof parse>> =>
      parse(await (await fetch(base + path)).text())
    const accepted = (page: ReturnType<typeof parse>): (string | undefined)[] =>
      page
        .find(({ name }) => name === 'hawser_connections_accepted_total')
        ?.metrics.map(({ labels, value }) => `${labels?.['worker'] ?? ''} ${value}`) ?? []
    expect(accepted(await read('/metrics'))).toEqual(['1 2', '2 2'])
    expect(accepted(await read('/metrics/total'))).toEqual([' 4'])
    expect(await (await fetch(`${base}/readyz`)).text()).toBe('ready\n')
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
    expect(await (await fetch(base)).text()).toBe(
      'there are /metrics, /metrics/total, /healthz and /readyz\n',
    )
  })
})

describe('SIGHUP to a single process', () => {
  it('reads lists of addresses again', async () => {
    const file = join(createFolder(), 'deny.txt')
    writeFileSync(file, '')
    const server = Command.hawser(['serve', '0', '--echo', '--deny', file])
    const port = await server.port()
    expect(await ask(port, 'let in')).toBe('let in')
    writeFileSync(file, '127.0.0.0/8\n')
    server.kill('SIGHUP')
    await server.prints(/access lists read again/)
    expect(await ask(port, 'kept out').catch(() => undefined)).toBeUndefined()
    await server.prints(/refused 127\.0\.0\.1:\d+ denied/)
    writeFileSync(file, 'nonsense\n')
    server.kill('SIGHUP')
    await server.prints(/error deny cannot be used: .+; what was read before stays in use/)
  })

  it('says that there is nothing to read again', async () => {
    const server = Command.hawser(['serve', '0'])
    await server.port()
    server.kill('SIGHUP')
    await server.prints(/SIGHUP: there are no certificates and no access lists to read again/)
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })
})
