import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, lengthPrefixed } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectLines, nextMessage, nextText } from '../../support/client.js'
import { Command } from '../../support/command.js'

function serve(...words: string[]): Command {
  return Command.hawser(['serve', '0', ...words])
}

describe('hawser serve', () => {
  it('says where it listens and names three ways to talk to it', async () => {
    const server = serve()
    const port = await server.port()
    await server.prints(/hawser connect .*\n/)
    expect(server.printed.split('\n')).toEqual([
      `listening on tcp://127.0.0.1:${port} (lines, print)`,
      `  try  telnet 127.0.0.1 ${port}`,
      `  try  nc 127.0.0.1 ${port}`,
      `  try  npx --no hawser connect 127.0.0.1:${port}`,
      '',
    ])
  })

  it('listens on several endpoints at once', async () => {
    const server = Command.hawser(['serve', '127.0.0.1:0', '[::1]:0'])
    const [, first, second] = await server.prints(/127\.0\.0\.1:(\d+)[^]*\[::1\]:(\d+)/)
    for (const endpoint of [`127.0.0.1:${first}`, `[::1]:${second}`]) {
      const client = await connect(endpoint)
      await client.close()
    }
    await server.prints(/@2 closed/)
  })

  it('shows who connects, what is said, and how it ended, a line each', async () => {
    const server = serve()
    const client = await connectLines(await server.port())
    const { localPort } = client
    await client.send('hello')
    await client.send('größe')
    await client.close()
    await server.prints(/closed.*\n/)
    const events = server.printed.split('\n').slice(4, -1)
    expect(events).toHaveLength(4)
    expect(events[0]).toMatch(
      new RegExp(
        `^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} @1 connected 127\\.0\\.0\\.1:${localPort} \\(1 open\\)$`,
      ),
    )
    expect(events[1]).toMatch(/ @1 in 5 B hello$/)
    expect(events[2]).toMatch(/ @1 in 7 B größe$/)
    expect(events[3]).toMatch(/ @1 closed by the peer, 14 B in, 0 B out \(0 open\)$/)
  })

  it('is plain in a pipe, and coloured there when FORCE_COLOR asks for it', async () => {
    const plain = serve()
    const coloured = Command.hawser(['serve', '0'], { env: { FORCE_COLOR: '1' } })
    for (const server of [plain, coloured]) {
      const client = await connectLines(await server.port())
      await client.close()
      await server.prints(/closed/)
    }
    expect(plain.printed).not.toContain('␛')
    expect(coloured.printed).toContain('␛[32mconnected␛[39m')
  })

  it('lets nothing through that would act on a terminal, and keeps an event on a line', async () => {
    const server = serve()
    const client = await connect(`127.0.0.1:${await server.port()}`)
    await client.send(Buffer.from('\x1b[2J\x07\x9b\u0085\u202e\u2028\r.\x80\xff\n', 'latin1'))
    await client.send('\u202e\u2066\u200f\u061c\u2028\u0085\n')
    await client.close()
    await server.prints(/closed/)
    expect(server.printed).toContain('\\x1b[2J\\x07\\x9b\\x85.(\\r.\\x80\\xff\n')
    expect(server.printed).toContain('\\u202e\\u2066\\u200f\\u061c\\u2028\\u0085\n')
    expect(server.printed).not.toMatch(/[^\n -~]/)
  })

  it('cuts a long message and counts the rest', async () => {
    const server = serve()
    const client = await connectLines(await server.port())
    await client.send('x'.repeat(100_000))
    await server.prints(/ 100,000 B x{4096}… 95,904 more bytes\n/)
  })

  it('echoes', async () => {
    const server = serve('--echo')
    const client = await connectLines(await server.port())
    await client.send('one')
    await client.send('two')
    expect([await nextMessage(client), await nextMessage(client)]).toEqual(['one', 'two'])
    await server.prints(/@1 out 3 B two/)
  })

  it('echoes bytes that are no text unharmed', async () => {
    const server = serve('--echo')
    const client = await connect(`127.0.0.1:${await server.port()}`)
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => (index === 10 ? 0 : index))
    await client.send(bytes)
    await client.send('\n')
    await client.end()
    const received: Uint8Array[] = []
    for await (const chunk of client) received.push(chunk)
    expect(Buffer.concat(received).equals(Buffer.concat([bytes, Buffer.from('\n')]))).toBe(true)
  })

  it('relays what one says to the others, and not back', async () => {
    const server = serve('--chat')
    const port = await server.port()
    const [a, b, c] = [await connectLines(port), await connectLines(port), await connectLines(port)]
    await server.prints(/\(3 open\)/)
    await a.send('from a')
    expect(await nextMessage(b)).toBe('from a')
    expect(await nextMessage(c)).toBe('from a')
    await b.send('from b')
    expect(await nextMessage(a)).toBe('from b')
    await server.prints(/@all out to 2 6 B from b/)
  })

  it('greets', async () => {
    const server = serve('--greeting', 'welcome', '--crlf')
    const client = await connect(`127.0.0.1:${await server.port()}`)
    expect(await nextText(client)).toBe('welcome\r\n')
  })

  it('sends what is typed to every client, or to the one that is named', async () => {
    const server = serve()
    const port = await server.port()
    const first = await connectLines(port)
    await server.prints(/@1 connected/)
    const second = await connectLines(port)
    await server.prints(/@2 connected/)
    server.type('@2 only you\n@9 who?\nall of you\n')
    expect(await nextMessage(first)).toBe('all of you')
    expect([await nextMessage(second), await nextMessage(second)]).toEqual([
      'only you',
      'all of you',
    ])
    await server.prints(/@2 out 8 B only you\n/)
    await server.prints(/not sent: there is no client @9\n/)
    await server.prints(/@all out to 2 10 B all of you\n/)
  })

  it('keeps what comes in on stdin until somebody is there', async () => {
    const server = serve()
    const port = await server.port()
    server.stdin.end('one\ntwo')
    const client = await connectLines(port)
    expect([await nextMessage(client), await nextMessage(client)]).toEqual(['one', 'two'])
  })

  it('goes on when stdin ends', async () => {
    const server = Command.hawser(['serve', '0', '--echo'], { stdin: 'ignore' })
    const client = await connectLines(await server.port())
    await client.send('still there?')
    expect(await nextMessage(client)).toBe('still there?')
  })

  it('prints one JSON object a line', async () => {
    const server = serve('--json', '--echo')
    const client = await connectLines(await server.port())
    await client.send('a "b"')
    await client.close()
    await server.prints(/"closed".*\n/)
    const events = server.printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events).toMatchObject([
      { event: 'listening', framing: 'lines', mode: 'echo' },
      { event: 'connected', id: 1, connections: 1 },
      { event: 'message', id: 1, direction: 'in', size: 5, text: 'a "b"' },
      { event: 'message', id: 1, direction: 'out', size: 5, text: 'a "b"' },
      { event: 'closed', id: 1, by: 'remote', reason: 'ended', bytesRead: 6, connections: 0 },
    ])
    expect(events.every((event) => !Number.isNaN(Date.parse(String(event['time']))))).toBe(true)
  })

  it('dumps bytes with --hex', async () => {
    const server = serve('--hex')
    const client = await connectLines(await server.port())
    await client.send('hi')
    await server.prints(/@1 in 2 B\n< 00000000 {2}68 69 {43,}\|hi\|\n/)
  })

  it('prints only where it listens with --quiet', async () => {
    const server = serve('--quiet', '--echo')
    const port = await server.port()
    const client = await connectLines(port)
    await client.send('x')
    await nextMessage(client)
    server.kill('SIGTERM')
    const { stdout } = await server.ended
    expect(stdout).toBe(`listening on tcp://127.0.0.1:${port} (lines, echo)\n`)
  })

  it('refuses more than --max-connections, and says whom', async () => {
    const server = serve('--max-connections', '1')
    const port = await server.port()
    await connectLines(port)
    await server.prints(/@1 connected/)
    const refused = await connectLines(port)
    const { localPort } = refused
    await server.prints(
      new RegExp(`refused 127\\.0\\.0\\.1:${localPort} limit: 1 connection, the limit is 1\n`),
    )
    await refused.closed
  })

  it.each([
    ['--deny=127.0.0.0/8', 'denied\n'],
    ['--allow=10.0.0.0/8,::1', 'denied\n'],
    ['--max-per-address=1', 'per-address: 1 connection from there, the limit is 1\n'],
    ['--connect-rate=1/h', 'rate: the limit is 0.000277'],
  ])('refuses by address with %s', async (flag, text) => {
    const server = serve(flag)
    const port = await server.port()
    if (!text.startsWith('denied')) {
      await connectLines(port)
      await server.prints(/@1 connected/)
    }
    const { closed, localPort } = await connectLines(port)
    await server.prints(new RegExp(`refused 127\\.0\\.0\\.1:${localPort} ${text}`))
    await closed
  })

  it('ends connections on which nothing moves after --idle', async () => {
    const server = serve('--idle', '50ms')
    const client = await connectLines(await server.port())
    await client.closed
    await server.prints(/@1 closed idle-timeout, 0 B in, 0 B out/)
  })

  it('speaks other framings', async () => {
    const server = serve('--framing', 'length:2be', '--echo')
    const client = await connect(`127.0.0.1:${await server.port()}`, {
      framing: lengthPrefixed({ bytes: 2 }),
    })
    await client.send('a\nb')
    expect(await nextText(client)).toBe('a\nb')
    await client.close()
    await server.prints(/@1 in 3 B a\\nb\n/)
  })

  it.each([
    ['delim:0d0a', 'a\r\nb\r\n', ['1 B a', '1 B b']],
    ['fixed:2', 'abcd', ['2 B ab', '2 B cd']],
    ['netstring', '3:abc,1:d,', ['3 B abc', '1 B d']],
    ['json', '{"a": 1}\n[2]\n', ['7 B {"a":1}', '3 B [2]']],
    ['length:1', '\x01a\x02bc', ['1 B a', '2 B bc']],
  ])('cuts messages as %s', async (framing, sent, expected) => {
    const server = serve('--framing', framing)
    const client = await connect(`127.0.0.1:${await server.port()}`)
    await client.send(sent)
    await client.close()
    await server.prints(/closed/)
    const messages = [...server.printed.matchAll(/@1 in (.*)\n/g)].map(([, message]) => message)
    expect(messages).toEqual(expected)
  })

  it('says what broke the framing', async () => {
    const server = serve('--framing', 'netstring')
    const client = await connectLines(await server.port())
    await client.send('not a netstring')
    await server.prints(/@1 closed frame-malformed, .*: .*netstring/i)
  })

  it('listens on a Unix socket, and takes it away when it stops', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'socket')
    const server = Command.hawser(['serve', `unix:${path}`, '--echo'])
    await server.prints(/listening on unix:/)
    expect(server.printed).toContain(`nc -U ${path}\n`)
    const client = await connect(`unix:${path}`)
    await client.send('hi\n')
    expect(await nextText(client)).toBe('hi\n')
    await client.close()
    server.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
    expect(() => statSync(path)).toThrow('ENOENT')
  })
})
