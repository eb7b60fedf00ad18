import {
  connect,
  type HandlerObject,
  lines,
  type Refusal,
  type Server,
  type ServerOptions,
} from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { createSecure } from './support/secure.js'
import { loopback, make, portOf, readWays } from './support/serving.js'

forbidStrayErrors()

type LineServer = Server<string, string>

const echo: HandlerObject<string, string> = {
  open: (connection) => void connection.send('welcome'),
  message: (connection, line) => connection.send(line),
}

/** A server that lets those beyond its limit wait, and what it refused. */
async function pausing(
  options: ServerOptions<string, string>,
  endpoint: Parameters<Server['listen']>[0] = loopback,
): Promise<{ server: LineServer; drops: Refusal[] }> {
  const server = make({ framing: lines(), atLimit: 'pause', ...options }, echo)
  const drops: Refusal[] = []
  server.on('drop', (refusal) => drops.push(refusal))
  await server.listen(endpoint)
  return { server, drops }
}

async function join(server: LineServer, held: number): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.connect(server.addresses()[0] ?? '')
  onTestFinished(() => peer.reset())
  if (held === 0) await peer.receives('welcome\n')
  else await until(() => server.info().held === held)
  return peer
}

/** So many peers, one after the other: those who find room are in, the others wait. */
async function fill(server: LineServer, count: number): Promise<ScriptedPeer[]> {
  const peers: ScriptedPeer[] = []
  for (let index = 1; index <= count; index += 1) {
    peers.push(await join(server, Math.max(0, index - server.maxConnections)))
  }
  return peers
}

async function leave(server: LineServer, peer: ScriptedPeer | undefined): Promise<void> {
  const before = server.connections.size
  peer?.reset()
  await until(() => server.connections.size < before)
}

describe.each(readWays)('at the limit of a server that pauses, %s', (_name, fastRead) => {
  it('who comes waits, and is let in when there is room, with what was sent meanwhile', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1 })
    const [first, second] = await fill(server, 2)
    await second?.send('early\n')
    expect(server.info()).toMatchObject({ connections: 1, accepted: 1, held: 1, paused: true })
    expect(second?.unread).toBe(0)
    await leave(server, first)
    await second?.receives('welcome\nearly\n')
    expect(server.info()).toMatchObject({ connections: 1, accepted: 2, held: 0, paused: true })
    expect(drops).toEqual([])
  })

  it('nobody is let in until a tenth is free, then all for whom there is room, in order', async () => {
    const { server } = await pausing({ fastRead, maxConnections: 20 })
    const peers = await fill(server, 23)
    await leave(server, peers[0])
    await new Promise(setImmediate)
    expect(server.info()).toMatchObject({ connections: 19, held: 3, paused: true })
    await leave(server, peers[1])
    await until(() => server.info().held === 1)
    expect(server.info()).toMatchObject({ connections: 20, held: 1, paused: true })
    await peers[20]?.receives('welcome\n')
    await peers[21]?.receives('welcome\n')
    expect(peers[22]?.unread).toBe(0)
  })

  it('a new one waits though one has left, while it is paused', async () => {
    const { server } = await pausing({ fastRead, maxConnections: 20 })
    const peers = await fill(server, 20)
    expect(server.info()).toMatchObject({ held: 0, paused: true })
    await leave(server, peers[0])
    const late = await join(server, 1)
    expect(server.info()).toMatchObject({ connections: 19, held: 1, paused: true })
    await leave(server, peers[1])
    await late.receives('welcome\n')
    expect(server.info()).toMatchObject({ connections: 19, held: 0, paused: false })
    await join(server, 0)
    expect(server.info()).toMatchObject({ connections: 20, held: 0, paused: true })
  })

  it('as many wait as the backlog, and one more is refused', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1, backlog: 2 })
    await fill(server, 3)
    await using refused = await ScriptedPeer.connect(server.address())
    await refused.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'limit', connections: 1, limit: 1 }])
    expect(server.info()).toMatchObject({ held: 2, refused: { limit: 1 } })
  })

  it('who waits goes on waiting without a word, and one that ends its half is still answered', async () => {
    const { server } = await pausing({ fastRead, maxConnections: 1 })
    const [first, second] = await fill(server, 2)
    await second?.send('question\n')
    second?.end()
    await leave(server, first)
    await second?.receives('welcome\nquestion\n')
    await second?.receivesEnd()
  })

  it('who was reset while it waited is counted, and takes nobody’s place', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1 })
    const [first, second, third] = await fill(server, 3)
    second?.reset()
    await leave(server, first)
    await third?.receives('welcome\n')
    expect(server.info()).toMatchObject({ accepted: 2, vanished: 1, held: 0, connections: 1 })
    expect(drops).toEqual([])
  })

  it('a higher maximum lets those in who wait', async () => {
    const { server } = await pausing({ fastRead, maxConnections: 1 })
    const [, second, third] = await fill(server, 3)
    server.maxConnections = 2
    await second?.receives('welcome\n')
    expect(server.info()).toMatchObject({ connections: 2, held: 1, paused: true })
    server.maxConnections = 10
    await third?.receives('welcome\n')
    expect(server.info()).toMatchObject({ connections: 3, held: 0, paused: false })
  })

  it('those who wait are refused when the server closes', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1, goodbye: 'closing' })
    const [first, second] = await fill(server, 2)
    const closing = server.close()
    await second?.receives('closing\n')
    await second?.receivesEnd()
    await first?.receivesEnd()
    first?.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(drops).toMatchObject([{ reason: 'draining' }])
    expect(server.info()).toMatchObject({ held: 0, accepted: 1 })
  })

  it('those who wait are refused when the server is suspended', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1 })
    const [, second] = await fill(server, 2)
    await server.suspend()
    await second?.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'suspended' }])
    await server.resume()
    expect(server.info()).toMatchObject({ held: 0, connections: 1, paused: true })
    await join(server, 1)
  })

  it('those who wait count for their address', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1, maxPerAddress: 2 })
    const [first] = await fill(server, 2)
    await using refused = await ScriptedPeer.connect(server.address())
    await refused.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'per-address', connections: 2, limit: 2 }])
    await leave(server, first)
    await until(() => server.info().held === 0)
    await join(server, 1)
  })

  it('who is put on the list while waiting is refused when its turn comes', async () => {
    const { server, drops } = await pausing({ fastRead, maxConnections: 1 })
    const [first, second] = await fill(server, 2)
    server.setAccess({ deny: ['127.0.0.0/8'] })
    await leave(server, first)
    await second?.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'denied' }])
    expect(server.info()).toMatchObject({ held: 0, connections: 0, paused: false })
  })

  it('peers of a Unix socket wait as well', async () => {
    const endpoint = `unix:${createFolder()}/app.sock`
    const { server } = await pausing({ fastRead, maxConnections: 1 }, endpoint)
    const [first, second] = await fill(server, 2)
    await leave(server, first)
    await second?.receives('welcome\n')
  })
})

describe('a server that pauses', () => {
  it('takes everybody in sooner or later, and never more than its limit at once', async () => {
    const { server, drops } = await pausing({ maxConnections: 10 })
    let most = 0
    server.on('connection', () => (most = Math.max(most, server.connections.size)))
    const peers = await Promise.all(
      Array.from({ length: 100 }, () => ScriptedPeer.connect(server.address())),
    )
    await until(() => server.info().held === 90)
    await Promise.all(
      peers.map(async (peer, index) => {
        await peer.send(`${index}\n`)
        await peer.receives(`welcome\n${index}\n`)
        peer.end()
        await peer.receivesEnd()
      }),
    )
    await until(() => server.connections.size === 0)
    expect(drops).toEqual([])
    expect(most).toBe(10)
    expect(server.info()).toMatchObject({ accepted: 100, held: 0, paused: false })
  })

  it('under a maximum of none lets everybody wait', async () => {
    const { server } = await pausing({ maxConnections: 0 })
    expect(server.info()).toMatchObject({ held: 0, paused: true })
    const peer = await join(server, 1)
    expect(server.info()).toMatchObject({ connections: 0, held: 1, paused: true })
    server.maxConnections = 1
    await peer.receives('welcome\n')
  })

  it('begins no TLS handshake with those who wait', async () => {
    const { tls, ca } = await createSecure()
    const { server } = await pausing({ maxConnections: 1, tls })
    const options = { framing: lines(), tls: { ca } }
    const first = await connect({ ...loopback, port: portOf(server), secure: true }, options)
    let isOpen = false
    const second = connect({ ...loopback, port: portOf(server), secure: true }, options)
    void second.then(() => (isOpen = true))
    await until(() => server.info().held === 1)
    expect([server.info().connections, isOpen]).toEqual([1, false])
    first.reset()
    const { value } = await (await second)[Symbol.asyncIterator]().next()
    expect(value).toBe('welcome')
    expect(server.info()).toMatchObject({ accepted: 2, held: 0, refused: { limit: 0 } })
    await (await second).close()
  })

  it('makes room when a handshake fails', async () => {
    const { tls } = await createSecure()
    const { server, drops } = await pausing({ maxConnections: 1, tls })
    await using first = await ScriptedPeer.connect(server.address())
    await until(() => server.info().paused)
    await using second = await ScriptedPeer.connect(server.address())
    await until(() => server.info().held === 1)
    await first.send('no hello')
    await until(() => server.info().held === 0)
    await second.send('none either')
    await until(() => !server.info().paused)
    expect(drops).toMatchObject([
      { reason: 'tls-handshake-failed' },
      { reason: 'tls-handshake-failed' },
    ])
  })

  it('counts those who wait for their own address, and not for that of their proxy', async () => {
    const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const
    const { server, drops } = await pausing({ maxConnections: 1, maxPerAddress: 1, proxyProtocol })
    const speakFor = async (client: string): Promise<ScriptedPeer> => {
      const peer = await ScriptedPeer.connect(server.address())
      onTestFinished(() => peer.reset())
      await peer.send(`PROXY TCP4 ${client} 127.0.0.1 1000 2000\r\n`)
      return peer
    }
    const first = await speakFor('192.0.2.1')
    await first.receives('welcome\n')
    const second = await speakFor('192.0.2.2')
    const third = await speakFor('192.0.2.3')
    await until(() => server.info().held === 2)
    await leave(server, first)
    await second.receives('welcome\n')
    await leave(server, second)
    await third.receives('welcome\n')
    expect(drops).toEqual([])
  })

  it('is not what a server does when nobody asks for it', async () => {
    const { server, drops } = await pausing({ maxConnections: 1, atLimit: undefined })
    await fill(server, 1)
    await using refused = await ScriptedPeer.connect(server.address())
    await refused.receivesEnd()
    expect(drops).toMatchObject([{ reason: 'limit' }])
    expect(server.info()).toMatchObject({ held: 0, paused: false })
  })

  it('is asked for by one of two words', () => {
    expect(() => make({ atLimit: 'wait' as never })).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        message: `atLimit is "wait": it takes 'refuse' or 'pause'`,
      }),
    )
  })
})
