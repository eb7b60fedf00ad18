import { freePort } from '../../../../../test/support/free-port.js'
import { connect, raw } from 'hawser'
import { describe, expect, it } from 'vitest'
import { Command } from '../../support/command.js'
import { runRefused } from '../../support/run-refused.js'
import {
  ask,
  connectRaw,
  readAll,
  serveEcho,
  serveTarget,
  startProxy,
} from '../../support/proxied.js'

/** Both ways of passing bytes on: the library's relay, and lanes that show what passes. */
const ways = [['-q'], []]

describe('hawser proxy', () => {
  it('shows both directions as one conversation', async () => {
    const target = await serveEcho()
    const { proxy, port } = await startProxy(target)
    await proxy.prints(
      new RegExp(
        `^listening on tcp://127\\.0\\.0\\.1:${port} for tcp://localhost:${target} \\(raw, proxy\\)\n`,
      ),
    )
    expect(await ask(port, 'hello')).toBe('hello')
    await proxy.prints(/@1 closed/)
    expect(proxy.printed).toMatch(
      new RegExp(
        `@1 connected 127\\.0\\.0\\.1:\\d+ to 127\\.0\\.0\\.1:${target} \\(1 open\\)\n` +
          '[\\d:.]+ @1 up 6 B hello\\\\n\n' +
          '[\\d:.]+ @1 down 6 B hello\\\\n\n' +
          '[\\d:.]+ @1 closed by the client, 6 B up, 6 B down \\(0 open\\)\n',
      ),
    )
  })

  it('shows messages where it is told how they are cut, and passes bytes that do not fit', async () => {
    const { proxy, port } = await startProxy(await serveEcho(), ['--framing', 'netstring'])
    const client = await connectRaw(port)
    await client.send('3:abc,')
    await proxy.prints(/@1 up 3 B abc\n[^]*@1 down 3 B abc\n/)
    await client.send('no netstring')
    await proxy.prints(/@1 error .*\n[^]*@1 up 12 B no netstring\n[^]*@1 down 12 B no netstring\n/)
    await client.end()
    expect(await readAll(client)).toBe('3:abc,no netstring')
  })

  it('says the same as JSON', async () => {
    const target = await serveEcho()
    const { proxy, port } = await startProxy(target, ['--json', '--framing', 'lines'])
    await ask(port, 'hello')
    await proxy.prints(/"event":"closed"/)
    const events = proxy.printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events).toMatchObject([
      { event: 'listening', mode: 'proxy', target: `tcp://localhost:${target}` },
      { event: 'connected', id: 1, target: `127.0.0.1:${target}`, connections: 1 },
      { event: 'message', id: 1, direction: 'up', size: 5, text: 'hello' },
      { event: 'message', id: 1, direction: 'down', size: 5, text: 'hello' },
      { event: 'closed', id: 1, by: 'client', reason: 'ended', up: 6, down: 6 },
    ])
  })

  it.each(ways)('keeps a half-close (%s)', async (...words) => {
    // It replies once its client has ended, which one that closes both ways would never see.
    const target = await serveTarget(async (client) => {
      let text = ''
      for await (const piece of client) text += Buffer.from(piece).toString()
      await client.send(`you said ${text}`)
    })
    const { port } = await startProxy(target, words)
    const client = await connectRaw(port)
    await client.send('ahoy')
    await client.end()
    expect(await readAll(client)).toBe('you said ahoy')
  })

  it.each(ways)('passes a reset of either side on (%s)', async (...words) => {
    let ended: (reason: string) => void = () => {}
    const target = await serveTarget({
      message: (client, bytes) => {
        if (Buffer.from(bytes).toString() === 'reset me') client.reset()
        else return client.send(bytes)
        return undefined
      },
      close: (_client, { reason, by }) => ended(`${reason} ${by}`),
    })
    const { port } = await startProxy(target, words)
    const one = await connectRaw(port)
    await one.send('reset me')
    expect(await one.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    const two = await connectRaw(port)
    await two.send('x')
    await two.receive()
    const seen = new Promise<string>((resolve) => (ended = resolve))
    two.reset()
    expect(await seen).toBe('reset remote')
  })

  it.each(ways)('keeps to the pace of a slow reader, and loses nothing (%s)', async (...words) => {
    const size = 32 * 1024 * 1024
    const target = await serveTarget(async (client) => {
      const piece = Buffer.alloc(256 * 1024, 'x')
      for (let sent = 0; sent < size; sent += piece.length) await client.send(piece)
    })
    const { port } = await startProxy(target, words)
    const client = await connectRaw(port)
    client.pause()
    // Whatever is under way fills up; the rest waits at the target.
    await new Promise<void>((resolve) => setImmediate(resolve))
    client.resume()
    let received = 0
    for await (const piece of client) received += piece.length
    expect(received).toBe(size)
  })

  it('resets a client whose target cannot be reached, and says why', async () => {
    const gone = await freePort()
    const { proxy, port } = await startProxy(gone)
    const client = await connectRaw(port)
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(
      new RegExp(`@1 error cannot connect to tcp://localhost:${gone}: nothing listens there`),
    )
  })

  it.each(ways)('resets a client when it leads to itself, and says so: %s', async (...words) => {
    const port = await freePort()
    const proxy = Command.hawser(['proxy', String(port), `127.0.0.1:${port}`, ...words])
    await proxy.port()
    const client = await connectRaw(port)
    expect(await client.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    await proxy.prints(/error the target \S+ is this proxy itself: name the server/)
    await expect(ask(port, 'again')).rejects.toThrow()
    proxy.kill('SIGINT')
    const { code, stdout } = await proxy.ended
    expect(code).toBe(0)
    expect(stdout.split('\n').length).toBeLessThan(12)
  })

  it('says that it cannot listen, in one line, with exit code 1', async () => {
    const busy = await serveEcho()
    const { code, stdout, stderr } = await Command.hawser(['proxy', String(busy), '1']).ended
    expect(stderr).toMatch(/^hawser: .*127\.0\.0\.1:\d+.*\n$/)
    expect([code, stdout]).toEqual([1, ''])
  })

  it.each([
    [['proxy'], /the place to listen, with the target, is missing: write hawser proxy 9000 6379/],
    [['proxy', '0'], /the target is missing: write hawser proxy 9000 6379/],
    [['proxy', '0', '1', '--fault', 'latencey=1'], /there is no fault "latencey"/],
    [['proxy', '0', '1', '--seed', '4294967296'], /--seed is 4294967296: write a whole number/],
    [['proxy', '0', 'tcp://a:1', '--tls-out'], /tcp:\/\/a:1 is not TLS: write tls:/],
    [['proxy', '0', '1', '--alpn', 'h2'], /--alpn is for TLS: add --tls-in or --tls-out/],
    [['proxy', '0', '1', '--key', 'k.pem'], /--key has no certificate: name it with --cert FILE/],
    [['proxy', '0', '1', '--target-key', 'k'], /name it with --target-cert FILE/],
    [['proxy', '0', '1', '--client-certificate', 'require'], /name the authority .* --client-ca/],
    [['proxy', 'no endpoint', '1'], /no endpoint/],
    [['proxy', '0', 'no endpoint'], /no endpoint/],
  ])('%j is a usage error', async (words, message) => {
    const { code, stdout, stderr } = await runRefused(words)
    expect(stderr).toMatch(message)
    expect(stderr.split('\n')).toHaveLength(2)
    expect([code, stdout]).toEqual([2, ''])
  })

  it('-q shows where it listens and errors, and nothing else', async () => {
    const { proxy, port } = await startProxy(await serveEcho(), ['-q'])
    expect(await ask(port, 'hello')).toBe('hello')
    proxy.kill('SIGTERM')
    const { code, stdout } = await proxy.ended
    expect(stdout).toMatch(/^listening on .*\n$/)
    expect(code).toBe(0)
  })

  it('refuses whom serve would refuse', async () => {
    const { proxy, port } = await startProxy(await serveEcho(), ['--max-connections', '1'])
    const one = await connectRaw(port)
    await one.send('x')
    await one.receive()
    const two = await connect(`127.0.0.1:${port}`, { framing: raw() })
    await two.closed
    await proxy.prints(/refused 127\.0\.0\.1:\d+ .*the limit is 1/)
  })
})
