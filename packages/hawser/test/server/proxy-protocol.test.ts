import { join } from 'node:path'
import {
  type Connection,
  lines,
  type ProxyProtocolOptions,
  type Refusal,
  type Server,
  type ServerOptions,
} from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { encodeHeader } from '../../src/proxy-protocol/header-encoder.js'
import type { ProxyAddress, ProxyTlvs } from '../../src/proxy-protocol/header.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { make, readWays } from './support/serving.js'

forbidStrayErrors()

type Text = Connection<string, string>

const require = { mode: 'require', trusted: ['127.0.0.1'] } as const
const optional = { ...require, mode: 'optional' } as const
const client = (address = '203.0.113.7'): ProxyAddress => ({ address, family: 'IPv4', port: 4711 })
const service: ProxyAddress = { address: '198.51.100.1', family: 'IPv4', port: 443 }

interface Behind {
  readonly server: Server<string, string>
  readonly accepted: Text[]
  readonly drops: Refusal[]
  readonly clock: VirtualClock
  /** A peer that has sent these bytes. */
  peer(...bytes: readonly (Uint8Array | string)[]): Promise<ScriptedPeer>
}

/** A server that sends every line back, in capitals and behind who sent it. */
async function behind(
  proxyProtocol: ProxyProtocolOptions | undefined,
  options: ServerOptions<string, string> = {},
  endpoint = 'tcp://127.0.0.1:0',
): Promise<Behind> {
  const clock = new VirtualClock()
  const accepted: Text[] = []
  const drops: Refusal[] = []
  const server = make(
    { framing: lines(), clock, proxyProtocol, ...options },
    {
      open: (connection: Text) => void accepted.push(connection),
      message: (connection: Text, line: string) => {
        void connection.send(`${connection.remoteAddress} ${line.toUpperCase()}`)
      },
    },
  )
  await server.listen(endpoint)
  server.on('drop', (refusal) => drops.push(refusal))
  return {
    server,
    accepted,
    drops,
    clock,
    async peer(...bytes) {
      const peer = await ScriptedPeer.connect(server.address())
      onTestFinished(() => peer.reset())
      for (const piece of bytes) await peer.send(piece)
      return peer
    },
  }
}

function header(version: 1 | 2, source: ProxyAddress = client(), tlvs: ProxyTlvs = {}): Uint8Array {
  return encodeHeader({ version, command: 'proxy', source, destination: service, tlvs })
}

function local(): Uint8Array {
  return encodeHeader({
    version: 2,
    command: 'local',
    source: undefined,
    destination: undefined,
    tlvs: {},
  })
}

function after(bytes: Uint8Array, text: string): Uint8Array {
  return Uint8Array.from(Buffer.concat([bytes, Buffer.from(text)]))
}

/** Waits until the server has read what was sent before: what is sent later comes behind it. */
async function settle(connectPeer: Behind['peer']): Promise<void> {
  const later = await connectPeer(after(header(1), 'later\n'))
  await later.receives('203.0.113.7 LATER\n')
}

/** Waits until the server has let go of it, with a FIN or a reset. */
async function gone(peer: ScriptedPeer): Promise<void> {
  await Promise.any([peer.receivesEnd(), peer.closed])
}

describe.each(readWays)('behind a proxy, %s', (_name, fastRead) => {
  it.each([1, 2] as const)('a version %i header names the client', async (version) => {
    const { accepted, peer, drops } = await behind(require, { fastRead })
    const proxy = await peer(after(header(version), 'hello\n'))
    await proxy.receives('203.0.113.7 HELLO\n')
    const [connection] = accepted
    expect(connection).toMatchObject({
      remoteAddress: '203.0.113.7',
      remotePort: 4711,
      remoteFamily: 'IPv4',
      remote: client(),
      localAddress: '198.51.100.1',
      localPort: 443,
      local: service,
      peer: { address: '127.0.0.1', family: 'IPv4' },
      proxyHeader: { version, command: 'proxy', source: client(), destination: service, tlvs: {} },
      // The header is none of the application's bytes.
      bytesRead: 6,
    })
    expect(drops).toEqual([])
  })

  it.each([1, 2] as const)(
    'a version %i header may come a byte at a time, and the message behind it too',
    async (version) => {
      const { peer } = await behind(require, { fastRead })
      const proxy = await peer()
      for (const byte of after(header(version), 'hello\n')) await proxy.send(Uint8Array.of(byte))
      await proxy.receives('203.0.113.7 HELLO\n')
      proxy.reset()
    },
  )

  it('nothing is lost or done twice when the end is there as well', async () => {
    const { peer, accepted } = await behind(require, { fastRead })
    const proxy = await peer(after(header(2), 'one\ntwo\nthree'))
    proxy.end()
    await proxy.receives('203.0.113.7 ONE\n203.0.113.7 TWO\n203.0.113.7 THREE\n')
    await proxy.receivesEnd()
    expect(accepted.map(({ messagesRead }) => messagesRead)).toEqual([3])
  })

  it('a message much larger than a read comes whole', async () => {
    const { peer } = await behind(require, { fastRead })
    const text = 'x'.repeat(300_000)
    const proxy = await peer(after(header(1), `${text}\n`))
    await proxy.receives(`203.0.113.7 ${text.toUpperCase()}\n`)
  })

  it('a proxy without one gets through where it is optional, byte for byte', async () => {
    const { peer, accepted } = await behind(optional, { fastRead })
    for (const text of ['hello', 'P', 'PROXY', 'PROXIMITY', '\r\n\r\n\0\r\nQUIZ', '\r\nx']) {
      const proxy = await peer()
      for (const byte of Buffer.from(`${text}\n`)) await proxy.send(Uint8Array.of(byte))
      const echoed = text.toUpperCase().split('\n')
      await proxy.receives(echoed.map((line) => `127.0.0.1 ${line.replace(/\r$/, '')}\n`).join(''))
    }
    expect(accepted.every(({ proxyHeader }) => proxyHeader === undefined)).toBe(true)
  })
})

describe('who is not trusted', () => {
  it('is refused where a header is required, whatever it says', async () => {
    const { peer, drops, server, accepted } = await behind({
      mode: 'require',
      trusted: ['10.0.0.0/8'],
    })
    const spoof = await peer(after(header(1), 'hello\n'))
    await gone(spoof)
    expect(drops).toMatchObject([
      { reason: 'proxy-untrusted', limit: 0, remoteAddress: '127.0.0.1', error: undefined },
    ])
    expect(server.refused['proxy-untrusted']).toBe(1)
    expect(accepted).toEqual([])
  })

  it('cannot pass for somebody else where it is optional: its header is a message', async () => {
    const { peer, accepted } = await behind({ mode: 'optional', trusted: ['10.0.0.0/8'] })
    const spoof = await peer(after(header(1), 'hello\n'))
    await spoof.receives(
      '127.0.0.1 PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\n127.0.0.1 HELLO\n',
    )
    expect(accepted[0]).toMatchObject({ remoteAddress: '127.0.0.1', proxyHeader: undefined })
  })

  it('is nobody where the server does not ask for headers', async () => {
    const { peer } = await behind(undefined)
    const proxy = await peer(after(header(1), 'hello\n'))
    await proxy.receives('127.0.0.1 PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\n')
  })

  it('is everybody on a Unix socket, unless it is trusted as such', async () => {
    const path = join(createFolder(), 'socket')
    const { peer, drops } = await behind(require, {}, `unix:${path}`)
    await gone(await peer())
    expect(drops).toMatchObject([{ reason: 'proxy-untrusted', remoteFamily: 'unix' }])
    const other = join(createFolder(), 'socket')
    const trusting = await behind({ mode: 'require', trusted: ['unix'] }, {}, `unix:${other}`)
    const proxy = await trusting.peer(after(header(2), 'hello\n'))
    await proxy.receives('203.0.113.7 HELLO\n')
    expect(trusting.accepted[0]?.peer).toEqual({ address: other, family: 'unix' })
  })

  it('is read from a file as well', async () => {
    const folder = createFolder({ 'proxies.txt': '# ours\n127.0.0.0/8\n' })
    const { peer } = await behind({ mode: 'require', trusted: [join(folder, 'proxies.txt')] })
    const proxy = await peer(after(header(1), 'hello\n'))
    await proxy.receives('203.0.113.7 HELLO\n')
  })
})

describe('a header that is none', () => {
  it.each([
    ['a request', 'GET / HTTP/1.1\r\n\r\n', /it begins with "GET \/ HTTP\/1\.1\\x0d\\x0a"/],
    ['one of another grammar', 'PROXY TCP5 ', /0x35 as byte 10/],
    ['one cut off', 'PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n', /has 3 fields/],
    ['one of a version to come', '\r\n\r\n\0\r\nQUIT\n\x31', /version 3/],
    ['one that claims 64 KiB', '\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff', /claims 65551 bytes/],
  ])('such as %s is refused at once, with what is wrong', async (_, text, problem) => {
    for (const mode of text.startsWith('GET') ? [require] : [require, optional]) {
      const { peer, drops, server } = await behind(mode)
      const proxy = await peer(Buffer.from(text, 'latin1'))
      await gone(proxy)
      expect(drops).toMatchObject([
        {
          reason: 'proxy-header-invalid',
          limit: 0,
          remoteAddress: '127.0.0.1',
          error: {
            code: 'HAWSER_PROXY_HEADER_INVALID',
            op: 'proxy-header',
            message: expect.stringMatching(problem),
          },
        },
      ])
      expect(server.info()).toMatchObject({ accepted: 0, connections: 0 })
    }
  })

  it('and ends before it is whole is refused, and one without a byte was only a look', async () => {
    const { peer, drops, server } = await behind(require)
    const cut = await peer('PROXY TCP4 1.2')
    cut.end()
    await gone(cut)
    expect(drops[0]?.error?.message).toContain('the peer ended its direction 14 bytes into it')
    const look = await peer()
    look.end()
    await gone(look)
    await until(() => server.info().vanished === 1)
    expect(drops).toHaveLength(1)
  })

  it('and is a flood of garbage disturbs nobody', async () => {
    const { peer, server } = await behind(require)
    const garbage = await Promise.all(
      Array.from({ length: 50 }, () =>
        peer(new Uint8Array(200_000).fill(0x41)).catch(() => undefined),
      ),
    )
    const good = await peer(after(header(2), 'hello\n'))
    await good.receives('203.0.113.7 HELLO\n')
    await until(() => server.refused['proxy-header-invalid'] === 50)
    expect(server.info().connections).toBe(1)
    for (const peerOf of [...garbage, good]) peerOf?.reset()
  })
})

describe('a header that does not come', () => {
  it.each(['', 'PROXY TCP4 1.2.3'])('(%j) is waited for 5 s where it is required', async (text) => {
    const { peer, drops, clock } = await behind(require)
    const silent = await peer(text)
    await settle(peer)
    await clock.advance(4_999)
    expect(drops).toEqual([])
    await clock.advance(1)
    await gone(silent)
    expect(drops).toMatchObject([
      {
        reason: 'proxy-header-timeout',
        limit: 5_000,
        error: {
          code: 'HAWSER_PROXY_HEADER_TIMEOUT',
          message: expect.stringContaining(`${text.length} bytes of a PROXY protocol header`),
        },
      },
    ])
  })

  it.each(['', 'P', 'PROX'])('(%j) makes it the application where it is optional', async (text) => {
    const { peer, clock, accepted } = await behind({ ...optional, headerTimeout: 100 })
    const silent = await peer(text)
    await settle(peer)
    await clock.advance(100)
    await until(() => accepted.length === 2)
    await silent.send('hello\n')
    await silent.receives(`127.0.0.1 ${text}HELLO\n`)
  })

  it('though it has begun is refused where it is optional, too', async () => {
    const { peer, clock, drops } = await behind(optional)
    const silent = await peer('PROXY ')
    await settle(peer)
    await clock.advance(5_000)
    await gone(silent)
    expect(drops).toMatchObject([{ reason: 'proxy-header-timeout' }])
  })

  it('because the peer ended is an application that has ended, where it is optional', async () => {
    const { peer, accepted } = await behind(optional)
    const brief = await peer('PROX')
    brief.end()
    await brief.receives('127.0.0.1 PROX\n')
    await brief.receivesEnd()
    const mute = await peer()
    mute.end()
    await mute.receivesEnd()
    expect(await Promise.all(accepted.map(({ closed }) => closed))).toMatchObject([
      { by: 'remote', bytesRead: 4 },
      { by: 'remote', bytesRead: 0 },
    ])
  })

  it('leaves no timer behind when it does', async () => {
    const { peer, clock, accepted } = await behind(require, {
      frameTimeout: Infinity,
      consumerTimeout: Infinity,
      writeTimeout: Infinity,
      minimumRate: Infinity,
    })
    await peer(header(1))
    await until(() => accepted.length === 1)
    expect(clock.pending).toBe(0)
  })
})

describe('a header that names nobody', () => {
  const unspecified = encodeHeader({
    version: 2,
    command: 'proxy',
    source: undefined,
    destination: undefined,
    tlvs: {},
  })

  it.each([
    ['local', local(), 'local'],
    ['unspecified', unspecified, 'proxy'],
    ['UNKNOWN', Buffer.from('PROXY UNKNOWN\r\n'), 'proxy'],
  ])('(%s) leaves the socket its own addresses', async (_, bytes, command) => {
    const { peer, accepted, server } = await behind(require)
    const proxy = await peer(after(bytes, 'hello\n'))
    await proxy.receives('127.0.0.1 HELLO\n')
    const [connection] = accepted
    expect(connection).toMatchObject({
      remoteAddress: '127.0.0.1',
      local: server.address(),
      proxyHeader: { command },
    })
    expect(connection?.peer).toEqual(connection?.remote)
  })
})

describe('IPv4 on a socket of both families', () => {
  const mapped = { address: '::ffff:203.0.113.7', family: 'IPv6', port: 4711 }
  const written = encodeHeader({
    version: 2,
    command: 'proxy',
    source: mapped,
    destination: { address: '2001:db8::1', family: 'IPv6', port: 443 },
    tlvs: {},
  })

  it('is trusted as IPv4', async () => {
    const { server, accepted } = await behind(require, {}, 'tcp://[::]:0')
    const { port } = server.address() as { port: number }
    const proxy = await ScriptedPeer.connect(port)
    onTestFinished(() => proxy.reset())
    await proxy.send(written)
    await until(() => accepted.length === 1)
    expect(accepted[0]).toMatchObject({
      remote: mapped,
      peer: { address: '::ffff:127.0.0.1', family: 'IPv6' },
    })
  })

  it('is denied as IPv4 when a header says it in IPv6', async () => {
    const { peer, drops } = await behind(require, { deny: ['203.0.113.0/24'] })
    await gone(await peer(written))
    expect(drops).toMatchObject([{ reason: 'denied', remoteAddress: mapped.address }])
  })
})

describe('limits', () => {
  it('by address are about the client, and not about the proxy', async () => {
    const { peer, drops, accepted } = await behind(require, {
      deny: ['203.0.113.0/24', '127.0.0.0/8'],
      maxPerAddress: 1,
    })
    const denied = await peer(after(header(1), 'hello\n'))
    await gone(denied)
    expect(drops).toMatchObject([
      { reason: 'denied', remoteAddress: '203.0.113.7', remotePort: 4711, localPort: 443 },
    ])
    const first = await peer(header(1, client('192.0.2.1')))
    await until(() => accepted.length === 1)
    const second = await peer(header(2, client('192.0.2.1')))
    await gone(second)
    expect(drops[1]).toMatchObject({
      reason: 'per-address',
      remoteAddress: '192.0.2.1',
      connections: 1,
    })
    const other = await peer(header(2, client('192.0.2.2')))
    await until(() => accepted.length === 2)
    first.reset()
    await until(() => accepted[0]?.phase === 'closed')
    const again = await peer(header(1, client('192.0.2.1')))
    await until(() => accepted.length === 3)
    for (const open of [other, again]) open.reset()
  })

  it('by rate are about the client', async () => {
    const { peer, drops, accepted } = await behind(require, {
      connectRate: { perSecond: 1, burst: 2 },
    })
    const peers = []
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.2']) {
      peers.push(await peer(header(1, client(address))))
    }
    await until(() => accepted.length === 4)
    await gone(await peer(header(1, client('192.0.2.1'))))
    expect(drops).toMatchObject([{ reason: 'rate', remoteAddress: '192.0.2.1' }])
    for (const open of peers) open.reset()
  })

  it('by address let the proxy itself in, and not a client it has no name for', async () => {
    const { peer, drops, accepted } = await behind(require, { allow: ['192.0.2.0/24'] })
    await peer(local())
    await until(() => accepted.length === 1)
    await gone(await peer('PROXY UNKNOWN\r\n'))
    expect(drops).toMatchObject([{ reason: 'denied', remoteAddress: '127.0.0.1' }])
  })

  it('by address hold for the peer where it comes without a header', async () => {
    const { peer, drops } = await behind(optional, { deny: ['127.0.0.1'] })
    await gone(await peer('hello\n'))
    expect(drops).toMatchObject([{ reason: 'denied', remoteAddress: '127.0.0.1' }])
  })

  it('of all connections count from accept', async () => {
    const { peer, drops, accepted } = await behind(require, { maxConnections: 1 })
    const slow = await peer('PROXY')
    const more = await peer(header(1))
    await gone(more)
    expect(drops).toMatchObject([{ reason: 'limit', remoteAddress: '127.0.0.1' }])
    await slow.send(' TCP4 192.0.2.1 192.0.2.2 1 2\r\n')
    await until(() => accepted.length === 1)
  })

  it('say goodbye to a client that is refused and goes on sending', async () => {
    const { peer } = await behind(require, { deny: ['203.0.113.7'], goodbye: 'go away' })
    const denied = await peer(header(2))
    for (let sent = 0; sent < 20; sent += 1) await denied.send(new Uint8Array(20_000))
    await denied.receives('go away\n')
    await denied.receivesEnd()
    denied.end()
    expect((await denied.closed).error).toBe(undefined)
  })

  it('say goodbye to a client that is refused for its address', async () => {
    const { peer } = await behind(require, { deny: ['203.0.113.7'], goodbye: 'go away' })
    const denied = await peer(after(header(1), 'hello\n'))
    await denied.receives('go away\n')
    await denied.receivesEnd()
    denied.end()
    await gone(denied)
  })
})

it('a server that closes ends those whose header has not come', async () => {
  const { peer, server, drops } = await behind(require)
  const slow = await peer('PROXY TCP4')
  await until(() => server.info().accepted === 0 && drops.length === 0)
  expect(await server.close()).toEqual({ drained: 0, forced: 0 })
  await gone(slow)
  expect(drops).toMatchObject([{ reason: 'draining' }])
})

describe('options that cannot work', () => {
  it.each([
    [{ trusted: [] }, /proxyProtocol\.mode is undefined: it takes require or optional/],
    [{ mode: 'require' }, /proxyProtocol\.trusted is missing/],
    [{ mode: 'require', trusted: '10.0.0.1' }, /proxyProtocol\.trusted is a string/],
    [{ mode: 'require', trusted: ['10.0.0.1/33'] }, /proxyProtocol\.trusted cannot be used/],
    [{ ...require, headerTimeout: 0 }, /proxyProtocol\.headerTimeout is 0/],
    [{ ...require, maxHeader: 231 }, /proxyProtocol\.maxHeader is 231/],
  ])('%j', (options, problem) => {
    expect(() => make({ proxyProtocol: options as never })).toThrow(problem)
  })
})
