import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import {
  type Client,
  ClientError,
  type ClientOptions,
  type CloseInfo,
  type CloseReason,
  connect,
  type ConnectionOptions,
  createClient,
  type Framing,
  framing,
  type FunctionHandler,
  lengthPrefixed,
  lines,
  netstring,
  type Server,
  type ServerOptions,
} from 'hawser'
import { connectPair, connectPeer, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { make, nextConnection, portOf, serve } from '../server/support/serving.js'
import { siteTls } from '../tls/support/identities.js'

/** Makes a connection end for each reason there is, beside those that no error stands behind. */
const endings: Record<Exclude<CloseReason, 'ended' | 'reset'>, () => Promise<CloseInfo>> = {
  'handler-failed': async () => {
    const { connection, peer } = connectPeer({ handler: { message: fail } })
    await peer.send('anything')
    return connection.closed
  },
  'frame-too-large': () => receive(lines({ maxFrame: 4 }), 'too long\n'),
  'frame-malformed': () => receive(netstring(), 'hello'),
  'frame-truncated': () => receive(lengthPrefixed({ bytes: 2 }), '\0\x05h'),
  'text-invalid': () => receive(lines({ invalid: 'reject' }), '\u00ff\n'),
  'rate-exceeded': async () => {
    const { connection, peer } = connectPeer({ rateLimit: { bytes: 4, over: 'close' } })
    await peer.send('hello')
    return connection.closed
  },
  'message-invalid': async () => {
    const broken = framing<Uint8Array, string>({
      name: 'broken',
      decoder: () => ({ decode: () => 0 }),
      encoder: () => ({
        encode(message, output) {
          output.text(message)
          fail()
        },
      }),
    })
    const [connection] = connectPair({ framing: broken })
    await expect(connection.send('half')).rejects.toThrow('the encoder failed')
    return connection.closed
  },
  'decoder-invalid': () => {
    const broken = framing<Uint8Array, string>({
      name: 'broken',
      decoder: () => ({ decode: () => -1 }),
      encoder: () => ({ encode: (message, output) => output.text(message) }),
    })
    return receive(broken, 'anything')
  },
  'idle-timeout': () => expire({ idleTimeout: 1_000 }),
  'read-idle-timeout': () => expire({ readIdleTimeout: 1_000 }),
  'first-byte-timeout': () => expire({ firstByteTimeout: 1_000 }),
  'frame-timeout': () => expire({ frameTimeout: 1_000 }, ({ peer }) => peer.send('half a li')),
  'write-timeout': () =>
    expire({ writeTimeout: 1_000 }, ({ connection, peer }) => {
      peer.stopReading()
      void connection.send('x'.repeat(200_000))
    }),
  'consumer-timeout': () =>
    expire({ consumerTimeout: 1_000 }, async ({ connection, peer }) => {
      connection.pause()
      await peer.send('a line\n')
      peer.end()
    }),
  'rate-timeout': () =>
    expire({}, async ({ peer, clock }) => {
      await peer.send('x'.repeat(1_300))
      for (let second = 0; second < 12; second += 1) {
        await peer.send('x')
        await clock.advance(1_000)
      }
    }),
  'drain-timeout': async () => {
    const server = await serve({}, never)
    const accepted = nextConnection(server)
    await dial(portOf(server))
    const { closed } = await accepted
    await server.close({ drain: 0 })
    return closed
  },
  'tls-handshake-failed': () => upgrade({}, (peer) => peer.send('this is no TLS at all\n')),
  'tls-handshake-timeout': () => upgrade({}, (_peer, clock) => clock.advance(5_000)),
  'tls-buffered-plaintext': () => upgrade({ behind: 'EVIL\n' }),
  'tls-certificate-invalid': async () => {
    const server = await serveUpgrades()
    const connection = await connect(`tcp://127.0.0.1:${portOf(server)}`, { framing: lines() })
    await connection.send('STARTTLS')
    await connection[Symbol.asyncIterator]().next()
    await expect(connection.startTls({ tls: { servername: 'localhost' } })).rejects.toThrow(
      'as tls.ca',
    )
    return connection.closed
  },
  'heartbeat-timeout': () =>
    disconnect({ heartbeat: { ping: 'ping' } }, ({ clock }) => clock.advance(45_000)),
  'request-timeout': () =>
    disconnect({ maxPending: 1, requestTimeout: 1_000 }, async ({ client, clock, peer }) => {
      const asked = client.request('question').catch((error: Error) => error.message)
      await peer.receives('question\n')
      await clock.advance(1_000)
      expect(await asked).toMatch('no reply came')
    }),
  'unexpected-reply': () =>
    disconnect({ correlate: { isPush: () => false } }, ({ peer }) => peer.send('unasked\n')),
  'outbox-full': async () => {
    const { connection } = connectPeer(
      { outbox: 4096, highWaterMark: 1024, line: { capacity: 1 } },
      { reading: false },
    )
    await expect(connection.send(new Uint8Array(8192))).rejects.toThrow('the outbox may hold')
    return connection.closed
  },
  'memory-full': async () => {
    const server = await serve({ memory: 1024 }, never)
    const accepted = nextConnection(server)
    const peer = await dial(portOf(server))
    void peer.send(new Uint8Array(128 * 1024))
    return (await accepted).closed
  },
  'connection-failed': async () => {
    const server = await serve({}, never)
    let socket: Socket | undefined
    const note = (message: unknown): void => {
      socket = (message as { socket: Socket }).socket
    }
    subscribe('net.client.socket', note)
    const connection = await connect(`tcp://127.0.0.1:${portOf(server)}`)
    unsubscribe('net.client.socket', note)
    // What Node.js does when keepalive probes go unanswered.
    socket?.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }))
    return connection.closed
  },
}

it.each(Object.entries(endings))('%s is the code of its error', async (reason, end) => {
  const info = await end()
  const code = `HAWSER_${reason.toUpperCase().replaceAll('-', '_')}`
  expect(info).toMatchObject({ by: 'error', reason, error: { code } })
})

it('of an error that no framing raises, thrown by a decoder, is frame-malformed', async () => {
  const odd = framing({
    name: 'odd',
    decoder: () => ({
      decode() {
        throw new ClientError('HAWSER_QUEUE_FULL', 'no room for the table')
      },
    }),
    encoder: () => ({ encode: () => {} }),
  })
  expect(await receive(odd, 'x')).toMatchObject({
    reason: 'frame-malformed',
    error: { code: 'HAWSER_FRAME_MALFORMED', cause: { code: 'HAWSER_QUEUE_FULL' } },
  })
})

function fail(): never {
  throw new Error('out of ideas')
}

const never: FunctionHandler<Uint8Array, Uint8Array | string> = () => new Promise(() => {})

/** How a connection ends that receives these bytes, and then the end. */
function receive<In>(own: Framing<In, never>, text: string): Promise<CloseInfo> {
  const { connection, peer } = connectPeer({ framing: own, handler: { message: () => {} } })
  void peer.send(Buffer.from(text, 'latin1'))
  peer.end()
  return connection.closed
}

type Ends = ReturnType<typeof connectPeer<string, string>> & { clock: VirtualClock }

/** How one ends when time goes by after `prepare`. */
async function expire(
  waits: ConnectionOptions,
  prepare: (ends: Ends) => unknown = () => undefined,
): Promise<CloseInfo> {
  const clock = new VirtualClock()
  const ends = connectPeer({ framing: lines(), clock, handler: { message: () => {} }, ...waits })
  await prepare({ ...ends, clock })
  await clock.advance(20_000)
  return ends.connection.closed
}

async function dial(port: number): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.connect(`tcp://127.0.0.1:${port}`)
  onTestFinished(async () => {
    peer.reset()
    await peer.closed
  })
  return peer
}

/** A server that begins TLS after the first line. */
async function serveUpgrades(
  options: ServerOptions<string, string> = {},
): Promise<Server<string, string>> {
  const tls = await siteTls()
  const server = make<string, string>({ framing: lines(), tls, ...options }, async (connection) => {
    await connection[Symbol.asyncIterator]().next()
    await connection.startTls({ reply: '220 go' })
  })
  return server.listen('tcp://127.0.0.1:0')
}

/** How a server's connection ends that asks for TLS, with a peer that was told to begin it. */
async function upgrade(
  { behind = '' }: { behind?: string },
  play: (peer: ScriptedPeer, clock: VirtualClock) => unknown = () => undefined,
): Promise<CloseInfo> {
  const clock = new VirtualClock()
  const server = await serveUpgrades({ clock })
  const accepted = nextConnection(server)
  const peer = await dial(portOf(server))
  await peer.send(`STARTTLS\n${behind}`)
  if (behind === '') await peer.receives('220 go\n')
  await play(peer, clock)
  return (await accepted).closed
}

interface Meeting {
  client: Client<string, string>
  clock: VirtualClock
  peer: ScriptedPeer
}

/** How the connection of a client ends. */
async function disconnect(
  options: ClientOptions<string, string>,
  play: (meeting: Meeting) => unknown,
): Promise<CloseInfo> {
  const clock = new VirtualClock()
  const listener = await ScriptedPeer.listen()
  const client = createClient(listener.address, { framing: lines(), clock, ...options })
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  const disconnected = once(client, 'disconnected')
  await play({ client, clock, peer })
  const [{ info }] = (await disconnected) as [{ info: CloseInfo }]
  return info
}
