import { getEventListeners } from 'node:events'
import { connect, type ConnectOptions, lines, type ProxyError } from 'hawser'
import { type ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { portOf, readWays, rejection, serve } from '../server/support/serving.js'
import { resolveTo } from './support/names.js'
import { hex, leave, listenScripted } from './support/scripted.js'
import { watchSockets } from './support/sockets.js'

forbidStrayErrors()

const target = 'db.example:5432'
const established = 'HTTP/1.1 200 Connection established\r\n\r\n'
/** A login with everything in it that a URL has to write otherwise. */
const login = 'an%40n:s%2Fe:cret'

/** The request for a tunnel to the target by HTTP. */
const connectRequest = `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`
const socks5Request = Uint8Array.of(5, 1, 0, 3, 10, ...Buffer.from('db.example'), 0x15, 0x38)

/** What a proxy of each kind says until a tunnel is open. */
const tunnels: readonly [string, (peer: ScriptedPeer) => Promise<void>][] = [
  [
    'http',
    async (peer) => {
      await peer.receives(connectRequest)
      await peer.send(established)
    },
  ],
  [
    'socks5h',
    async (peer) => {
      await peer.receives(hex('05 01 00'))
      await peer.send(hex('05 00'))
      await peer.receives(socks5Request)
      await peer.send(hex('05 00 00 01 00000000 0000'))
    },
  ],
  [
    'socks4a',
    async (peer) => {
      await peer.receives('\x04\x01\x15\x38\0\0\0\x01\0db.example\0')
      await peer.send(hex('00 5a 0000 00000000'))
    },
  ],
]

describe.each(readWays)('what a server said at once, %s', (_name, fastRead) => {
  it.each([
    ['http', '', established],
    ['socks4a', '', '\0\x5a\0\0\0\0\0\0'],
  ])('is there, though it came with the last words of the proxy: %s', async (kind, _, words) => {
    const listener = await listenScripted()
    const proxy = `${kind}://127.0.0.1:${listener.port}`
    const connecting = connect(target, { proxy, framing: lines(), fastRead })
    const peer = await listener.accept()
    await peer.send(Buffer.from(`${words}first\nsec`, 'latin1'))
    const client = await connecting
    await peer.send('ond\n')
    peer.end()
    const got: string[] = []
    for await (const line of client) got.push(line)
    expect(got).toEqual(['first', 'second'])
    await client.close()
  })
})

describe('a tunnel', () => {
  it.each(tunnels)('is asked for by %s, and what follows is for the server', async (kind, play) => {
    const listener = await listenScripted()
    const options = { proxy: `${kind}://127.0.0.1:${listener.port}`, framing: lines() }
    const connecting = connect(target, options)
    const peer = await listener.accept()
    await play(peer)
    const client = await connecting
    expect(client.remotePort).toBe(listener.port)
    await client.send('hello')
    await peer.receives('hello\n')
    client.reset()
    await client.closed
  })

  it('is asked for with the login that the URL has', async () => {
    const listener = await listenScripted()
    const proxy = `http://${login}@127.0.0.1:${listener.port}`
    const connecting = connect(target, { proxy })
    const peer = await listener.accept()
    const basic = Buffer.from('an@n:s/e:cret').toString('base64')
    const head = connectRequest.slice(0, -2)
    await peer.receives(`${head}Proxy-Authorization: Basic ${basic}\r\n\r\n`)
    await peer.send(established)
    const client = await connecting
    client.reset()
    await client.closed
  })

  it('leads to the next proxy, and that one to the server', async () => {
    const listener = await listenScripted()
    const proxy = [`http://127.0.0.1:${listener.port}`, 'socks5h://inner.example']
    const connecting = connect(target, { proxy })
    const peer = await listener.accept()
    const authority = 'inner.example:1080'
    await peer.receives(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    await peer.send(established)
    await peer.receives(hex('05 01 00'))
    await peer.send(hex('05 00'))
    await peer.receives(socks5Request)
    await peer.send(hex('05 00 00 01 00000000 0000'))
    const client = await connecting
    client.reset()
    await client.closed
  })

  it('is for the address where the name is to be resolved here', async () => {
    const listener = await listenScripted()
    resolveTo(['192.0.2.7', '2001:db8::7'])
    const connecting = connect(target, { proxy: `socks5://127.0.0.1:${listener.port}` })
    const peer = await listener.accept()
    await peer.receives(hex('05 01 00'))
    await peer.send(hex('05 00'))
    await peer.receives(hex('05 01 00 01 c0000207 1538'))
    await peer.send(hex('05 00 00 01 00000000 0000'))
    const client = await connecting
    client.reset()
    await client.closed
  })

  it('is for a name of another alphabet as DNS writes it', async () => {
    const listener = await listenScripted()
    const proxy = `http://127.0.0.1:${listener.port}`
    const error = rejection(connect('bücher.example:80', { proxy }))
    const peer = await listener.accept()
    const authority = 'xn--bcher-kva.example:80'
    await peer.receives(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`)
    peer.end()
    expect(await error).toMatchObject({ code: 'HAWSER_PROXY_FAILED' })
  })
})

describe('a hostile proxy', () => {
  it.each<[string, string, string | Uint8Array, string, RegExp]>([
    ['http', 'says nothing of HTTP', 'SSH-2.0-x\r\n', 'FAILED', /not reply in HTTP but with "SSH/],
    [
      'http',
      'never ends its header',
      `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(4_000)}`,
      'FAILED',
      /more than 16384 bytes/,
    ],
    [
      'http',
      'wants a login',
      'HTTP/1.1 407 No\r\n\r\n',
      'REFUSED',
      /^.* 407 No: it asks for a user/,
    ],
    ['socks5h', 'speaks SOCKS4', hex('00 5a'), 'FAILED', /0x00, not 0x05/],
    ['socks5h', 'wants what was not offered', hex('05 07'), 'FAILED', /it chose 0x07/],
    ['socks5h', 'wants a login', hex('05 ff'), 'REFUSED', /it asks for a user and a password/],
    ['socks5h', 'speaks out of turn', hex('05 00 05 00'), 'FAILED', /2 bytes out of turn/],
    ['socks4a', 'speaks SOCKS5', hex('05 00'), 'FAILED', /0x05, not 0x00/],
    ['socks4a', 'refuses', hex('00 5b 0000 00000000'), 'REFUSED', /it replied 0x5b/],
  ])('by %s that %s is told', async (kind, _name, answer, code, text) => {
    const listener = await listenScripted()
    const sockets = watchSockets()
    const url = `${kind}://127.0.0.1:${listener.port}`
    const error = rejection(connect(target, { proxy: url }))
    const peer = await listener.accept()
    // It may be given up in the middle of this.
    void peer.send(answer).catch(() => {})
    const { message } = (await error) as ProxyError
    expect(await error).toMatchObject({
      name: 'ProxyError',
      code: `HAWSER_PROXY_${code}`,
      op: 'connect',
      remote: { address: 'db.example', port: 5432 },
    })
    expect(message).toMatch(text)
    expect(message).toContain(`cannot connect to tcp://${target}: the proxy ${url} `)
    await leave(peer)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  it.each(['', 'HTTP/1.1 20'])('that goes away after %j is told', async (answer) => {
    for (const go of ['end', 'reset'] as const) {
      const listener = await listenScripted()
      const proxy = `http://${login}@127.0.0.1:${listener.port}`
      const connecting = rejection(connect(target, { proxy }))
      const peer = await listener.accept()
      await peer.receive(20)
      await peer.send(answer)
      peer[go]()
      const error = (await connecting) as ProxyError
      expect(error).toMatchObject({ name: 'ProxyError', code: 'HAWSER_PROXY_FAILED' })
      expect(error.message).toMatch(/failed: it closed the connection before it had replied$/)
      expect(error.message).not.toContain('cret')
    }
  })

  it('that says more than it should cannot pass for the server', async () => {
    const listener = await listenScripted()
    const proxy = `http://127.0.0.1:${listener.port}`
    const error = rejection(connect(`tls://${target}`, { proxy }))
    const peer = await listener.accept()
    await peer.receives(connectRequest)
    await peer.send(`${established}220 I am db.example\r\n`)
    expect(await error).toMatchObject({ name: 'TlsError', code: 'HAWSER_TLS_HANDSHAKE_FAILED' })
    await leave(peer)
  })

  it('that cannot be reached is told as what it is', async () => {
    const server = await serve()
    const port = portOf(server)
    await server.close()
    const error = await rejection(connect(target, { proxy: `http://${login}@127.0.0.1:${port}` }))
    expect(error).toMatchObject({
      name: 'ConnectError',
      code: 'HAWSER_CONNECT_REFUSED',
      attempts: [{ address: '127.0.0.1', port, code: 'ECONNREFUSED' }],
    })
    expect(error).toHaveProperty(
      'message',
      `cannot connect to http://127.0.0.1:${port}, the proxy on the way to tcp://${target}: nothing ` +
        'listens there: start the server, or check the host and the port',
    )
  })
})

/** Where a proxy, or the server behind it, may fall silent. */
const silences: readonly [string, string, (peer: ScriptedPeer) => Promise<void>, RegExp][] = [
  ['at once', 'http', (peer) => peer.receives(connectRequest), /opened no tunnel after 3000 ms/],
  [
    'in the middle of its header',
    'http',
    (peer) => peer.send('HTTP/1.1 200 OK\r\nA: b'),
    /opened no tunnel/,
  ],
  ['in the middle of a reply', 'socks5h', (peer) => peer.send(hex('05')), /opened no tunnel/],
  [
    'before its last word',
    'socks5h',
    async (peer) => {
      await peer.send(hex('05 00'))
      await peer.receives(Uint8Array.of(5, 1, 0, ...socks5Request))
      await peer.send(hex('05 00 00 03 ff 61'))
    },
    /opened no tunnel/,
  ],
  [
    'when TLS is to begin',
    'http',
    async (peer) => {
      await peer.receives(connectRequest)
      await peer.send(established)
      await peer.receive(5)
    },
    /it replied, and TLS was not established after 3000 ms/,
  ],
]

describe('a proxy that falls silent', () => {
  it.each(silences)('%s (%s) is given up at the deadline', async (_name, kind, play, text) => {
    const listener = await listenScripted()
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const proxy = `${kind}://127.0.0.1:${listener.port}`
    const error = rejection(connect(`tls://${target}`, { proxy, clock, connectTimeout: 3_000 }))
    const peer = await listener.accept()
    await play(peer)
    await clock.advance(2_999)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(await error).toMatchObject({ name: 'ConnectError', code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(await error).toHaveProperty('message', expect.stringMatching(text))
    await leave(peer)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it.each(silences)('%s (%s) is given up when the signal fires', async (_name, kind, play) => {
    const listener = await listenScripted()
    const sockets = watchSockets()
    const clock = new VirtualClock()
    const { signal, abort } = newAbort()
    const proxy = `${kind}://127.0.0.1:${listener.port}`
    const error = rejection(connect(`tls://${target}`, { proxy, clock, signal }))
    const peer = await listener.accept()
    await play(peer)
    abort()
    expect(await error).toMatchObject({ name: 'AbortedError', code: 'HAWSER_ABORTED' })
    await leave(peer)
    expect(sockets.every(({ destroyed }) => destroyed)).toBe(true)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('as the second of two is given up at the deadline of them all', async () => {
    const listener = await listenScripted()
    const clock = new VirtualClock()
    const proxy = [`http://127.0.0.1:${listener.port}`, 'socks5h://inner.example:1080']
    const error = rejection(connect(target, { proxy, clock, connectTimeout: 3_000 }))
    const peer = await listener.accept()
    await clock.advance(1_000)
    await peer.send(established)
    await until(() => peer.unread > 60)
    await clock.advance(2_000)
    expect(await error).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(await error).toHaveProperty(
      'message',
      expect.stringContaining('socks5h://inner.example'),
    )
    await leave(peer)
  })
})

function newAbort(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

describe('a proxy that cannot be', () => {
  it.each<[string, ConnectOptions<Uint8Array, Uint8Array>['proxy'], RegExp]>([
    ['nothing', [], /takes a URL, or a list/],
    ['no URL', 'proxy.example:3128:1', /is no URL|is not known/],
    ['no scheme', 'proxy.example:3128', /has the scheme proxy\.example/],
    ['TLS to the proxy', 'https://proxy.example', /has the scheme https/],
    ['a path', 'http://proxy.example/path', /something behind the port/],
    ['no host', 'socks5://', /no host/],
    ['no port', 'socks5://proxy.example:0', /needs its real port/],
    ['half a login', 'socks5://ann@proxy.example', /needs a user and a password, or neither/],
    ['a password that SOCKS4 lacks', 'socks4a://ann:secret@proxy.example', /has no passwords/],
    ['a colon in the user', 'http://a%3Ab:secret@proxy.example', /has a colon/],
    ['a line feed in the password', 'http://ann:secret%0a@proxy.example', /control character/],
    ['a stray percent sign', 'socks5://ann:secret%@proxy.example', /has a % that/],
    ['a long user', `socks5://${'a'.repeat(256)}:secret@proxy.example`, /longer than 255 bytes/],
  ])('is refused before anything is tried: %s', async (_name, proxy, text) => {
    const sockets = watchSockets()
    const error = await rejection(connect(target, { proxy }))
    expect(error).toMatchObject({ name: 'OptionError', code: 'HAWSER_INVALID_OPTION' })
    expect(error).toHaveProperty('message', expect.stringMatching(text))
    expect(error).toHaveProperty('message', expect.not.stringContaining('secret'))
    expect(sockets).toEqual([])
  })

  it.each<[string, string, string, RegExp]>([
    ['a Unix socket', 'unix:/run/app.sock', 'http://proxy.example', /no proxy leads to a Unix/],
    ['IPv6 by SOCKS4', '[2001:db8::1]:80', 'socks4a://proxy.example', /SOCKS4 has no IPv6/],
    ['no host name', '127.1:80', 'http://proxy.example', /127\.1 is no host name/],
    ['a NUL', 'db\0.example:80', 'socks4a://proxy.example', /is no host name/],
  ])('leads nowhere: %s', async (_name, endpoint, proxy, text) => {
    const error = await rejection(connect(endpoint, { proxy }))
    expect(error).toMatchObject({ name: 'OptionError', code: 'HAWSER_INVALID_ENDPOINT' })
    expect(error).toHaveProperty('message', expect.stringMatching(text))
  })
})
