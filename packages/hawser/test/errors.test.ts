import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import {
  AbortedError,
  attach,
  BackplaneError,
  type BackplaneCodec,
  type Client,
  ClientError,
  type ClientOptions,
  ConnectError,
  connect,
  type Connection,
  ConnectionError,
  createClient,
  createPool,
  createServer,
  type ErrorCode,
  errorCodes,
  type Framing,
  framing,
  type FunctionHandler,
  FramingError,
  HandlerError,
  HawserError,
  lengthPrefixed,
  lines,
  ListenError,
  memoryBackplane,
  netstring,
  OptionError,
  ProxyHeaderError,
  parseEndpoint,
  ProxyError,
  type Pool,
  type PoolOptions,
  type Server,
  type ServerOptions,
  StateError,
  TimeoutError,
  TlsError,
} from 'hawser'
import { createLog, LogError } from 'hawser/log'
import { SimulationError, simulate } from 'hawser/simulate'
import { NotifyError, notifySystemd } from 'hawser/systemd'
import {
  connectPair,
  connectPeer,
  createMemoryNetwork,
  createPair,
  ScriptedPeer,
  VirtualClock,
} from 'hawser/testing'
import { startWorkers, WorkerError } from 'hawser/workers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority, type Pair } from '../../../test/support/certificates.js'
import { readDocument } from '../../../test/support/markdown.js'
import { createFolder } from '../../../test/support/folders.js'
import { createProgramFolder } from '../../../test/support/snippets.js'

const anyPort = 'tcp://127.0.0.1:0'
/** Set aside for documentation (RFC 5737): no machine has it. */
const foreignAddress = '192.0.2.1'

/** What a code's error has to look like. */
interface Shape {
  readonly class: abstract new (...args: never[]) => HawserError
  readonly op?: string
  /** Which of the optional fields are there. */
  readonly has?: readonly ('local' | 'remote' | 'cause')[]
  /** What the message says, beside what every message says. */
  readonly says: RegExp
}

interface Provocation extends Shape {
  /** Makes it happen, through the public surface. */
  provoke(): Promise<unknown>
}

const provocations: Record<ErrorCode, Provocation> = {
  HAWSER_INVALID_OPTION: {
    class: OptionError,
    says: /^idleTimeout is -1: it takes .* 1 or more/,
    provoke: () => caught(() => createServer({ idleTimeout: -1 })),
  },
  HAWSER_INVALID_ENDPOINT: {
    class: OptionError,
    says: /^the endpoint http:\/\/127.0.0.1 cannot be used: .* may be written 8000/,
    provoke: () => caught(() => parseEndpoint('http://127.0.0.1')),
  },
  HAWSER_INVALID_TOPIC: {
    class: OptionError,
    says: /^the topic is empty: it takes text of 1 to 256 bytes/,
    provoke: () => caught(() => createServer().to('')),
  },
  HAWSER_ALREADY_CONSUMED: {
    class: StateError,
    has: ['local', 'remote'],
    says: /leave that one first, or use only one/,
    provoke() {
      const [client] = connectPair()
      client[Symbol.asyncIterator]()
      return caught(() => client[Symbol.asyncIterator]())
    },
  },
  HAWSER_SERVER_CLOSED: {
    class: StateError,
    op: 'listen',
    says: /make a new one, or use suspend\(\) and resume\(\)/,
    async provoke() {
      const server = createServer()
      await server.close()
      return caught(() => server.listen(anyPort))
    },
  },
  HAWSER_NO_GROUPS: {
    class: StateError,
    op: 'join',
    has: ['local', 'remote'],
    says: /^this connection was made by connect, .* ask the server/,
    provoke() {
      const [client] = connectPair()
      return caught(() => client.join('news'))
    },
  },
  HAWSER_TOO_MANY_TOPICS: {
    class: StateError,
    op: 'join',
    has: ['local', 'remote'],
    says: /is in \d+ topics and may be in no more: leave one first, or raise maxTopics/,
    async provoke() {
      const { server, endpoint } = await serve({ maxTopics: 0 })
      const arrival = new Promise<Connection>((resolve) => server.once('connection', resolve))
      await dial(endpoint)
      const connection = await arrival
      return caught(() => connection.join('news'))
    },
  },
  HAWSER_FRAME_TOO_LARGE: {
    class: FramingError,
    op: 'decode',
    has: ['local', 'remote'],
    says: /at byte 0 has 4294967295 bytes, and maxFrame is 1048576: raise maxFrame/,
    provoke: () => receive(lengthPrefixed({ bytes: 4 }), [0xff, 0xff, 0xff, 0xff]),
  },
  HAWSER_FRAME_MALFORMED: {
    class: FramingError,
    op: 'decode',
    has: ['local', 'remote'],
    says: /byte 0 of the stream\): check that both ends use the same framing/,
    provoke: () => receive(netstring(), 'hello'),
  },
  HAWSER_FRAME_TRUNCATED: {
    class: FramingError,
    op: 'decode',
    has: ['local', 'remote'],
    says: /^the stream ended 3 bytes into the frame at byte 0: the peer closed before/,
    provoke: () => receive(lengthPrefixed({ bytes: 2 }), [0, 5, 1]),
  },
  HAWSER_TEXT_INVALID: {
    class: FramingError,
    op: 'decode',
    has: ['local', 'remote'],
    says: /frame of 2 bytes at byte 0 is not valid UTF-8: .*; check the peer's encoding/,
    provoke: () => receive(lines({ invalid: 'reject' }), [0xff, 0xfe, 0x0a]),
  },
  HAWSER_MESSAGE_INVALID: {
    class: FramingError,
    op: 'encode',
    has: ['local', 'remote'],
    says: /has a line feed at index 3: send its parts as lines of their own/,
    provoke() {
      const [client] = connectPair({ framing: lines() })
      return caught(() => client.send('two\nlines'))
    },
  },
  HAWSER_DECODER_INVALID: {
    class: FramingError,
    op: 'decode',
    has: ['local', 'remote'],
    says: /^the decoder of "records" returned undefined .*, and 0 … 5 are possible: see Decoder/,
    provoke() {
      const decoder = { decode: (): number => undefined as unknown as number }
      const encoder = { encode: (): void => undefined }
      const records = framing({ name: 'records', decoder: () => decoder, encoder: () => encoder })
      return receive(records, [1, 2, 3, 4, 5])
    },
  },
  HAWSER_ADDRESS_IN_USE: {
    class: ListenError,
    op: 'listen',
    has: ['local', 'cause'],
    says: /^cannot listen on tcp:\/\/127\.0\.0\.1:\d+: .* choose another endpoint/,
    async provoke() {
      const { endpoint } = await serve()
      return caught(() => createServer().listen(endpoint))
    },
  },
  HAWSER_ADDRESS_UNAVAILABLE: {
    class: ListenError,
    op: 'listen',
    has: ['local', 'cause'],
    says: /^cannot listen on tcp:\/\/192\.0\.2\.1:\d+: .* use one that does/,
    provoke: () => caught(() => createServer().listen({ host: foreignAddress, port: 0 })),
  },
  HAWSER_PERMISSION_DENIED: {
    class: ListenError,
    op: 'listen',
    has: ['local', 'cause'],
    says: /^cannot listen on unix:.*: the operating system does not permit it/,
    provoke: () => asNobody((folder) => caught(() => createServer().listen(`unix:${folder}/s`))),
  },
  HAWSER_LISTEN_FAILED: {
    class: ListenError,
    op: 'listen',
    has: ['local', 'cause'],
    says: /^cannot listen on unix:.*: the folder .* does not exist: make it first/,
    provoke: () =>
      caught(() => createServer().listen({ path: join(createFolder(), 'missing', 'server.sock') })),
  },
  HAWSER_CONNECT_REFUSED: {
    class: ConnectError,
    op: 'connect',
    has: ['remote', 'cause'],
    says: /^cannot connect to tcp:\/\/127\.0\.0\.1:\d+: nothing listens there: start the server/,
    async provoke() {
      const { server, endpoint } = await serve()
      await server.close()
      return caught(() => connect(endpoint))
    },
  },
  HAWSER_CONNECT_TIMEOUT: {
    class: ConnectError,
    op: 'connect',
    has: ['remote'],
    says: /: no connection after \d+ ms, .* raise connectTimeout$/,
    async provoke() {
      // On real sockets the connection could be there before the clock has moved.
      const clock = new VirtualClock()
      const network = createMemoryNetwork({ clock, latency: 1_000 })
      const server = createServer({ network, clock })
      await server.listen('tcp://127.0.0.1:8000')
      const endpoint = 'tcp://127.0.0.1:8000'
      const connecting = caught(() => connect(endpoint, { network, clock, connectTimeout: 250 }))
      await clock.advance(250)
      await server.close({ drain: 0 })
      return connecting
    },
  },
  HAWSER_CONNECT_FAILED: {
    class: ConnectError,
    op: 'connect',
    has: ['remote', 'cause'],
    says: /^cannot connect to tcp:\/\/127\.0\.0\.1:\d+: the local address does not belong/,
    async provoke() {
      const { endpoint } = await serve()
      return caught(() => connect(endpoint, { localAddress: foreignAddress }))
    },
  },
  HAWSER_DNS_FAILED: {
    class: ConnectError,
    op: 'connect',
    has: ['remote', 'cause'],
    says: /: the host name does not resolve: check how it is written/,
    // A label of 64 letters is no host name, so nobody needs to be asked.
    provoke: () => caught(() => connect({ host: 'x'.repeat(64), port: 80 })),
  },
  HAWSER_PROXY_REFUSED: {
    class: ProxyError,
    op: 'connect',
    has: ['remote'],
    says: /^cannot connect to .*: the proxy http:.* refused: it replied 403 Forbidden: it does not/,
    provoke: () => askProxy('HTTP/1.1 403 Forbidden\r\n\r\n', 'http'),
  },
  HAWSER_PROXY_FAILED: {
    class: ProxyError,
    op: 'connect',
    has: ['remote'],
    says: /^cannot connect to .*: the proxy socks5h:.* failed: it does not speak SOCKS5: .* not 0x05$/,
    provoke: () => askProxy('HTTP/1.1 400 Bad Request\r\n\r\n', 'socks5h'),
  },
  HAWSER_ABORTED: {
    class: AbortedError,
    op: 'connect',
    has: ['remote', 'cause'],
    says: /^connect tcp:\/\/127\.0\.0\.1:\d+ was aborted by its signal/,
    provoke: () => caught(() => connect('127.0.0.1:1', { signal: AbortSignal.abort('enough') })),
  },
  HAWSER_CONNECTION_RESET: {
    class: ConnectionError,
    op: 'read',
    has: ['local', 'remote', 'cause'],
    says: /^the peer reset the connection \(ECONNRESET\): it closed without reading all/,
    async provoke() {
      const { endpoint, ended } = await serve()
      const peer = await dial(endpoint)
      peer.reset()
      return ended
    },
  },
  HAWSER_CONNECTION_FAILED: {
    class: ConnectionError,
    op: 'read',
    has: ['local', 'remote', 'cause'],
    says: /^the operating system ended the connection: read ETIMEDOUT/,
    async provoke() {
      const { endpoint } = await serve()
      const { connection, socket } = await connectWatched(endpoint)
      // What Node.js does when keepalive probes go unanswered.
      socket.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }))
      return (await connection.closed).error
    },
  },
  HAWSER_CONNECTION_CLOSED: {
    class: ConnectionError,
    op: 'write',
    has: ['local', 'remote'],
    says: /^the connection is closed \(reset, by local\): 0 bytes were never sent; connect again/,
    async provoke() {
      const [client] = connectPair()
      client.reset()
      await client.closed
      return caught(() => client.send('late'))
    },
  },
  HAWSER_CONNECTION_ENDED: {
    class: ConnectionError,
    op: 'write',
    has: ['local', 'remote'],
    says: /can send nothing more: send before end\(\)/,
    async provoke() {
      const [client] = connectPair()
      await client.end()
      return caught(() => client.send('late'))
    },
  },
  HAWSER_OUTBOX_FULL: {
    class: ConnectionError,
    op: 'write',
    has: ['local', 'remote'],
    says: /^\d+ bytes wait to be sent and the outbox may hold \d+: .* raise the option outbox/,
    provoke() {
      const { connection } = connectPeer(
        { outbox: 4096, highWaterMark: 1024, line: { capacity: 1 } },
        { reading: false },
      )
      return caught(() => connection.send(new Uint8Array(8192)))
    },
  },
  HAWSER_MEMORY_FULL: {
    class: ConnectionError,
    op: 'read',
    has: ['local', 'remote'],
    says: /hold \d+ bytes and may hold \d+ \(memory\): this one, with \d+ bytes, .* raise memory/,
    async provoke() {
      const { endpoint, ended } = await serve({ memory: 1024 })
      const peer = await dial(endpoint)
      void peer.send(new Uint8Array(128 * 1024))
      return ended
    },
  },
  HAWSER_RATE_EXCEEDED: {
    class: ConnectionError,
    op: 'read',
    has: ['local', 'remote'],
    says: /more than \d+ (messages|bytes) a second, with a burst of \d+: raise rateLimit\.\1, or slow /,
    async provoke() {
      const { endpoint, ended } = await serve({
        rateLimit: { bytes: 2, over: 'close' },
      })
      const peer = await dial(endpoint)
      void peer.send(Buffer.from('123'))
      return ended
    },
  },
  HAWSER_TLS_HANDSHAKE_FAILED: {
    class: TlsError,
    op: 'handshake',
    has: ['local', 'remote', 'cause'],
    says: /^the TLS handshake failed: what came was no TLS/,
    async provoke() {
      const { endpoint } = await serve({}, (connection) => connection.send('220 hello\r\n'))
      return caught(() => connect(endpoint.replace('tcp', 'tls')))
    },
  },
  HAWSER_TLS_CERTIFICATE_INVALID: {
    class: TlsError,
    op: 'handshake',
    has: ['local', 'remote', 'cause'],
    says: /^the peer's certificate was not accepted: .* \([A-Z_]+\): pass .* as tls\.ca/,
    async provoke() {
      const { endpoint } = await serve({ tls: await createIdentity() }, undefined, 'tls')
      return caught(() => connect(endpoint))
    },
  },
  HAWSER_TLS_BUFFERED_PLAINTEXT: {
    class: TlsError,
    op: 'handshake',
    has: ['local', 'remote'],
    says: /^6 bytes of plain text were waiting behind .* so the connection is reset$/,
    async provoke() {
      const { endpoint, ended } = await serve(
        { tls: await createIdentity() },
        async (connection) => {
          await takeOne(connection.switchFraming(lines()))
          await connection.startTls({ reply: '220 go' })
        },
      )
      const peer = await dial(endpoint)
      void peer.send('STARTTLS\r\nEVIL\r\n')
      return ended
    },
  },
  HAWSER_TLS_HANDSHAKE_TIMEOUT: {
    class: TimeoutError,
    op: 'handshake',
    has: ['local', 'remote'],
    says: /^the TLS handshake was not done after \d+ ms: the peer stalls, or does not speak TLS/,
    async provoke() {
      const clock = new VirtualClock()
      const { endpoint, ended } = await serve(
        { tls: await createIdentity(), clock },
        async (connection) => {
          await takeOne(connection.switchFraming(lines()))
          await connection.startTls({ reply: '220 go' })
        },
      )
      const peer = await dial(endpoint)
      await peer.send('STARTTLS\r\n')
      await peer.receives('220 go\n')
      await clock.advance(5_000)
      return ended
    },
  },
  HAWSER_PROXY_HEADER_INVALID: {
    class: ProxyHeaderError,
    op: 'proxy-header',
    has: ['local', 'remote'],
    says: /header: it begins with "GET \/.*"; check that the peer is a proxy/,
    async provoke() {
      const { peer, refused } = await refuseHeader()
      await peer.send('GET /')
      return refused
    },
  },
  HAWSER_PROXY_HEADER_TIMEOUT: {
    class: TimeoutError,
    op: 'proxy-header',
    has: ['local', 'remote'],
    says: /^0 bytes of a PROXY protocol header came in 5000 ms: .* or raise proxyProtocol\.headerTimeout/,
    async provoke() {
      const { clock, refused } = await refuseHeader()
      while (clock.pending === 0) await new Promise(setImmediate)
      await clock.advance(5_000)
      return refused
    },
  },
  HAWSER_TLS_UNAVAILABLE: {
    class: StateError,
    op: 'handshake',
    has: ['local', 'remote'],
    says: /^TLS cannot begin on this connection: .*/,
    provoke() {
      const [client] = connectPair()
      return caught(() => client.startTls())
    },
  },
  HAWSER_IDLE_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /for \d+ ms: .* or raise idleTimeout/,
    provoke: () => expire({ idleTimeout: 5000 }, () => undefined),
  },
  HAWSER_READ_IDLE_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /^the peer sent no byte for \d+ ms: it is gone, or quiet for longer than readIdleTimeout$/,
    provoke: () => expire({ readIdleTimeout: 5000 }, () => undefined),
  },
  HAWSER_FIRST_BYTE_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /no byte for \d+ ms after connecting: .* raise firstByteTimeout/,
    provoke: () => expire({ firstByteTimeout: 5000 }, () => undefined),
  },
  HAWSER_FRAME_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /no byte of it came for \d+ ms: .* too slow for frameTimeout/,
    provoke: () => expire({ frameTimeout: 5000 }, ({ peer }) => peer.send('half a li')),
  },
  HAWSER_WRITE_TIMEOUT: {
    class: TimeoutError,
    op: 'write',
    has: ['local', 'remote'],
    says: /^\d+ bytes waited \d+ ms and the peer took none: .*\(writeTimeout\)/,
    provoke: () =>
      expire({ writeTimeout: 5000 }, ({ connection, peer }) => {
        peer.stopReading()
        void connection.send('x'.repeat(200_000))
      }),
  },
  HAWSER_CONSUMER_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /for \d+ ms: consume the connection or close it \(consumerTimeout\)/,
    provoke: () =>
      expire({ consumerTimeout: 5000 }, ({ connection, peer }) => {
        connection.pause()
        void peer.send('a line\n')
        peer.end()
      }),
  },
  HAWSER_RATE_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /^\d+ bytes of a frame came in \d+ ms: the least is 240 a second .*\(minimumRate\)/,
    provoke: async () => {
      const clock = new VirtualClock()
      const { connection, peer } = connectPeer({ framing: lines(), clock })
      const consuming = caught(() => connection[Symbol.asyncIterator]().next())
      await peer.send('x'.repeat(1_300))
      for (let second = 0; second < 12; second += 1) {
        await peer.send('x')
        await clock.advance(1_000)
      }
      await clock.advance(20_000)
      await consuming
      return (await connection.closed).error
    },
  },
  HAWSER_DRAIN_TIMEOUT: {
    class: TimeoutError,
    op: 'close',
    has: ['local', 'remote'],
    says: /still at work \d+ ms after its server began to close: give it a longer drain/,
    async provoke() {
      const { server, endpoint, ended } = await serve()
      const peer = await dial(endpoint)
      await peer.send('work')
      await server.close({ drain: 0 })
      return ended
    },
  },
  HAWSER_BACKPLANE_FAILED: {
    class: BackplaneError,
    op: 'publish',
    has: ['cause'],
    says: /^the backplane failed to publish: .*; members on other nodes do not get it/,
    provoke: () =>
      complaint({ backplane: memoryBackplane().node(), backplaneCodec: { ...json, encode: fail } }),
  },
  HAWSER_BACKPLANE_FULL: {
    class: BackplaneError,
    op: 'publish',
    says: /^\d+ bytes wait to be published and \d+ may \(backplaneQueue\): .* or raise backplaneQueue/,
    provoke: () => complaint({ backplane: memoryBackplane().node(), backplaneQueue: 1 }),
  },
  HAWSER_LOG_LOCKED: {
    class: LogError,
    op: 'open',
    says: /\.hawser is being written by process \d+: write to another file, or end that log first/,
    async provoke() {
      const file = join(createFolder(), 'session.hawser')
      const log = await createLog(file)
      const error = await caught(() => createLog(file))
      await log.close()
      return error
    },
  },
  HAWSER_LOG_INVALID: {
    class: LogError,
    op: 'read',
    says: /notes\.txt is not a session log: it does not begin with HAWSERLG: check the name/,
    provoke: () =>
      caught(() => createLog(join(createFolder({ 'notes.txt': 'my notes' }), 'notes.txt'))),
  },
  HAWSER_LOG_FAILED: {
    class: LogError,
    op: 'open',
    has: ['cause'],
    says: /^the log .*session\.hawser cannot be opened: .*missing.* does not exist: make/,
    provoke: () => caught(() => createLog(join(createFolder(), 'missing', 'session.hawser'))),
  },
  HAWSER_NOTIFY_FAILED: {
    class: NotifyError,
    op: 'notify',
    has: ['cause'],
    says: /^systemd could not be told READY=1: the program systemd-notify is not in PATH: install/,
    provoke: () =>
      new Promise((onError) => {
        const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere' }
        void notifySystemd(undefined, { env, onError }).ready()
      }),
  },
  HAWSER_WORKER_FAILED: {
    class: WorkerError,
    op: 'listen',
    says: /^worker 1 did not start: it ended with code \d before it listened: its output says why/,
    provoke: () => caught(() => startWorkers({ script: workerOf('process.exit(3)') })),
  },
  HAWSER_WORKERS_CLOSED: {
    class: WorkerError,
    says: /^the workers of process \d+ were closed and do not start again: call startWorkers/,
    async provoke() {
      const listening = `
        import { createServer } from 'hawser'
        import { joinWorkers } from 'hawser/workers'
        const server = createServer()
        joinWorkers(server)
        await server.listen('${anyPort}')`
      const workers = await startWorkers({ script: workerOf(listening), count: 1 })
      await workers.close()
      return caught(() => workers.reload())
    },
  },
  HAWSER_NOT_PRIMARY: {
    class: WorkerError,
    says: /^process \d+ is a worker, and a worker starts no workers: look at currentWorker/,
    async provoke() {
      const starting = `
        import { currentWorker, startWorkers } from 'hawser/workers'
        await startWorkers({ script: process.argv[1] }).catch((error) => currentWorker().report(error))
        process.exit(1)`
      const error = (await caught(() =>
        startWorkers({ script: workerOf(starting), count: 1 }),
      )) as WorkerError
      const { code, message } = error.cause as { code: 'HAWSER_NOT_PRIMARY'; message: string }
      return new WorkerError(code, message)
    },
  },
  HAWSER_RECEIVE_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /^no message came within 30000 ms: check that the peer is the one to speak now/,
    provoke: async () => {
      const clock = new VirtualClock()
      const [stream] = createPair({ clock })
      const connection = attach(stream, { clock })
      const receiving = caught(() => connection.receive())
      await clock.advance(30_000)
      connection.reset()
      return receiving
    },
  },
  HAWSER_REQUEST_TIMEOUT: {
    class: TimeoutError,
    op: 'request',
    has: ['local', 'remote'],
    says: /^no reply came in \d+ ms: .* repeat it only if that does no harm \(timeout\)$/,
    provoke: () =>
      withClient({}, async (client, clock, peer) => {
        const asking = caught(() => client.request('question'))
        await peer.receives('question\n')
        await clock.advance(30_000)
        return asking
      }),
  },
  HAWSER_QUEUE_TIMEOUT: {
    class: TimeoutError,
    op: 'request',
    says: /^the message waited \d+ ms for a connection and was not sent/,
    provoke: () =>
      withClient({ maxPending: 1 }, async (client, clock) => {
        void client.request('first', { timeout: Infinity })
        const waiting = caught(() => client.request('second'))
        await clock.advance(30_000)
        return waiting
      }),
  },
  HAWSER_HEARTBEAT_TIMEOUT: {
    class: TimeoutError,
    op: 'read',
    has: ['local', 'remote'],
    says: /^nothing came after 2 pings, one every 15000 ms: the peer has vanished/,
    provoke: () =>
      withClient({ heartbeat: { ping: 'ping' } }, async (client, clock) => {
        const disconnected = once(client, 'disconnected')
        await clock.advance(45_000)
        const [{ info }] = (await disconnected) as [{ info: { error: unknown } }]
        return info.error
      }),
  },
  HAWSER_DISCONNECTED: {
    class: ClientError,
    op: 'request',
    has: ['local', 'remote', 'cause'],
    says: /^the connection ended \(reset, by remote\) before .* only if that does no harm$/,
    provoke: () =>
      withClient({}, async (client, _clock, peer) => {
        const asking = caught(() => client.request('question'))
        await peer.receives('question\n')
        peer.reset()
        return asking
      }),
  },
  HAWSER_NOT_CONNECTED: {
    class: ClientError,
    op: 'request',
    has: ['cause'],
    says: /^there is no connection.* and nothing was sent: try again, or .* whileDown: 'queue'$/,
    provoke: () =>
      withClient({ whileDown: 'refuse' }, async (client, _clock, peer) => {
        const disconnected = once(client, 'disconnected')
        peer.reset()
        await disconnected
        return caught(() => client.send('message'))
      }),
  },
  HAWSER_QUEUE_FULL: {
    class: ClientError,
    op: 'request',
    says: /^\d+ messages wait to be sent and no more may: .* raise maxQueued$/,
    provoke: () =>
      withClient({ maxPending: 1, maxQueued: 1 }, (client) => {
        void client.request('first')
        void client.request('second')
        return caught(() => client.request('third'))
      }),
  },
  HAWSER_REPLY_TOO_LARGE: {
    class: ClientError,
    op: 'request',
    says: /^the messages of the reply take more than 100 bytes of memory: .* raise maxReplyBytes$/,
    provoke: () =>
      withClient({ maxReplyBytes: 100 }, async (client, _clock, peer) => {
        const reply = caught(() => client.request('list', { until: () => false }))
        await peer.send('more\nand more\nand more\n')
        return reply
      }),
  },
  HAWSER_CLIENT_CLOSED: {
    class: ClientError,
    op: 'request',
    says: /^the client is closed and sends nothing more$/,
    provoke: () =>
      withClient({}, async (client) => {
        await client.close({ drain: 0 })
        return caught(() => client.send('late'))
      }),
  },
  HAWSER_UNEXPECTED_REPLY: {
    class: ClientError,
    op: 'request',
    has: ['local', 'remote'],
    says: /and no request was waiting for one: .* so the connection is reset$/,
    provoke: () =>
      withClient({ correlate: { isPush: () => false } }, async (client, _clock, peer) => {
        const disconnected = once(client, 'disconnected')
        await peer.send('unasked\n')
        const [{ info }] = (await disconnected) as [{ info: { error: unknown } }]
        return info.error
      }),
  },
  HAWSER_LEASE_RELEASED: {
    class: StateError,
    op: 'request',
    says: /^the lease was released, .*: acquire another$/,
    provoke: () =>
      withPool({}, async (pool) => {
        const lease = await pool.acquire()
        lease.release()
        return caught(() => lease.connection)
      }),
  },
  HAWSER_ACQUIRE_TIMEOUT: {
    class: TimeoutError,
    op: 'acquire',
    says: /^the pool had no connection for this caller in 5000 ms, \d+ of \d+ are lent out and \d+ wait: give/,
    provoke: () =>
      withPool({ max: 1 }, async (pool, clock) => {
        await pool.acquire()
        const late = caught(() => pool.acquire())
        await clock.advance(5_000)
        return late
      }),
  },
  HAWSER_ACQUIRE_FAILED: {
    class: ClientError,
    op: 'acquire',
    has: ['cause'],
    says: /^no connection can be made, and another try would end the same way: /,
    async provoke() {
      const { endpoint } = await serve({ tls: await createIdentity() }, undefined, 'tls')
      const pool = createPool(endpoint)
      onTestFinished(async () => void (await pool.close({ drain: 0 })))
      return caught(() => pool.acquire())
    },
  },
  HAWSER_POOL_EXHAUSTED: {
    class: ClientError,
    op: 'acquire',
    says: /^\d+ of \d+ connections are lent out, \d+ callers wait and no more may: slow down/,
    provoke: () =>
      withPool({ max: 1, maxWaiting: 0 }, async (pool) => {
        await pool.acquire()
        return caught(() => pool.acquire())
      }),
  },
  HAWSER_POOL_CLOSED: {
    class: ClientError,
    op: 'acquire',
    says: /^the pool is closed and lends no more connections: make a new one$/,
    provoke: () =>
      withPool({}, async (pool) => {
        await pool.close()
        return caught(() => pool.acquire())
      }),
  },
  HAWSER_HANDLER_FAILED: {
    class: HandlerError,
    op: 'handle',
    has: ['local', 'remote', 'cause'],
    says: /^the handler failed and its connection is closed: out of ideas/,
    async provoke() {
      const { endpoint, ended } = await serve({ onError: () => {} }, () => {
        throw new Error('out of ideas')
      })
      const peer = await dial(endpoint)
      peer.end()
      return ended
    },
  },
  HAWSER_SIMULATION_FAILED: {
    class: SimulationError,
    says: /^the hosts disagree, after \d+ ms of the world's time; simulate\(\{"seed":7,.*\) repeats it/,
    provoke: () =>
      simulate({ seed: 7, hosts: ['one'] }, async (world) => {
        await world.sleep(1_200)
        world.must(false, 'the hosts disagree')
      }).catch((error: unknown) => error),
  },
}

describe.each(Object.entries(provocations))('%s', (code, { provoke, ...shape }) => {
  it('has the shape that is documented', async () => {
    const error = await provoke()
    expect(error).toBeInstanceOf(HawserError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(shape.class)
    if (!(error instanceof HawserError)) return
    expect({ code: error.code, name: error.name, op: error.op }).toEqual({
      code,
      name: shape.class.name,
      op: shape.op,
    })
    const { local, remote, cause } = error
    const fields = Object.entries({ local, remote, cause }).filter(
      ([, value]) => value !== undefined,
    )
    expect(fields.map(([field]) => field)).toEqual(shape.has ?? [])
    for (const address of [local, remote]) {
      if (address !== undefined) expect(address.address).toBeTypeOf('string')
    }
    // One line, without the name or the code, which are shown beside it.
    expect(error.message).toMatch(shape.says)
    expect(error.message).toMatch(/^[^\n]+[^.\n]$/)
    expect(error.message).not.toContain('HAWSER_')
    expect(errorCodes[code as ErrorCode]).toMatch(/^[A-Z].+\.$/)
    const { message, option, remedy } = error
    if (remedy !== undefined) expect(message.endsWith(`: ${remedy}`)).toBe(true)
    expect(error.rephrase(option ?? '')).toBe(message)
  })
})

describe('an error about an option', () => {
  const limit = new TimeoutError('HAWSER_IDLE_TIMEOUT', 'nothing moved', {
    option: 'idleTimeout',
    remedy: (idle) => `raise ${idle}`,
  })

  it('names it, and says what to do', () => {
    expect(limit).toMatchObject({
      option: 'idleTimeout',
      remedy: 'raise idleTimeout',
      message: 'nothing moved: raise idleTimeout',
    })
  })

  it('says the same with another name, and with another remedy', () => {
    expect(limit.rephrase('--idle')).toBe('nothing moved: raise --idle')
    expect(limit.rephrase('--idle', 'wait')).toBe('nothing moved: wait')
  })

  it('has neither where there is none', () => {
    const plain = new ClientError('HAWSER_POOL_CLOSED', 'it is closed')
    expect([plain.option, plain.remedy]).toEqual([undefined, undefined])
    expect(plain.rephrase('--idle')).toBe('it is closed')
  })

  it('is named by an error that quotes it', async () => {
    const { endpoint } = await serve({ tls: await createIdentity() }, undefined, 'tls')
    const client = createClient(endpoint, { maxReconnects: 0 })
    const pool = createPool(endpoint)
    onTestFinished(async () => {
      await Promise.all([client.close({ drain: 0 }), pool.close({ drain: 0 })])
    })
    for (const call of [() => client.ready(), () => pool.acquire()]) {
      const error = (await caught(call)) as HawserError
      expect(error.option).toBe('tls.ca')
      expect(error.rephrase('--ca')).toMatch(/^(?:the client is closed|no connection).* as --ca/)
    }
  })

  it.each([
    ['createServer', () => createServer({ idleTimeout: 0 }), 'idleTimeout', /^--flag is 0: /],
    ['lines', () => lines({ maxFrame: 0 }), 'maxFrame', /^--flag is 0, /],
  ] as const)('is thrown by %s', async (_name, call, option, says) => {
    const error = await caught(async () => call())
    expect(error).toMatchObject({ code: 'HAWSER_INVALID_OPTION', option })
    expect((error as HawserError).rephrase('--flag')).toMatch(says)
  })
})

describe('ERRORS.md', () => {
  const { text } = readDocument('ERRORS.md')
  const sections = text.split(/^(?=##+ )/m).map((section) => {
    const [, heading = ''] = /^##+ (.+)$/m.exec(section) ?? []
    return { heading, section }
  })
  const documented = sections.filter(({ heading }) => heading.startsWith('HAWSER_'))

  it('documents every code, and none that there is not', () => {
    const codes = documented.map(({ heading }) => heading)
    expect(codes.toSorted()).toEqual(Object.keys(errorCodes).toSorted())
  })

  it.each(documented)('says of $heading what the library says', ({ heading, section }) => {
    const code = heading as ErrorCode
    const { class: family, says } = provocations[code]
    const before = sections.slice(
      0,
      sections.findIndex((other) => other.heading === heading),
    )
    expect(before.findLast((other) => other.heading.endsWith('Error'))?.heading).toBe(family.name)
    expect(section.split('\n')[2]).toBe(errorCodes[code])
    expect(section).toMatch(/^- When: .+$/m)
    expect(section).toMatch(/^- Do: .+$/m)
    const [, reason] = /^- Close reason:[^`]*`([a-z-]+)`/m.exec(section) ?? []
    if (reason !== undefined && code !== 'HAWSER_CONNECTION_RESET') {
      expect(reason).toBe(code.slice('HAWSER_'.length).toLowerCase().replaceAll('_', '-'))
    }
    const [, example] = /^```text\n(.*)\n```$/m.exec(section) ?? []
    expect(example).toMatch(says)
  })
})

it('what cannot be sent is too large with the same code as what cannot be received', async () => {
  const [client] = connectPair({ framing: lines({ maxFrame: 8 }) })
  const error = await caught(() => client.send('nine bytes'))
  expect(error).toMatchObject({
    code: 'HAWSER_FRAME_TOO_LARGE',
    op: 'encode',
    message: expect.stringMatching(/takes 10 bytes, and this framing carries 8: .*raise maxFrame/),
  })
})

/** One message, whatever it is. */
async function takeOne(connection: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of connection) return
}

/** A server's certificate that nobody has a reason to trust. */
async function createIdentity(): Promise<Pair> {
  const authority = await createAuthority('unknown authority')
  return authority.issue({ name: 'localhost', names: ['localhost', '127.0.0.1'] })
}

/** What comes of a client whose server the test plays. */
async function withClient(
  options: ClientOptions<string, string>,
  provoke: (
    client: Client<string, string>,
    clock: VirtualClock,
    peer: ScriptedPeer,
  ) => Promise<unknown>,
): Promise<unknown> {
  const clock = new VirtualClock()
  const listener = await ScriptedPeer.listen()
  const client = createClient(listener.address, { framing: lines(), clock, ...options })
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  return provoke(client, clock, peer)
}

/** A pool of connections to a played server. */
async function withPool(
  options: PoolOptions<string, string>,
  provoke: (pool: Pool<string, string>, clock: VirtualClock) => Promise<unknown>,
): Promise<unknown> {
  const clock = new VirtualClock()
  const listener = await ScriptedPeer.listen()
  const pool = createPool<string, string>(listener.address, { framing: lines(), clock, ...options })
  onTestFinished(async () => {
    await pool.close({ drain: 0 })
    await listener.close()
  })
  return provoke(pool, clock)
}

/** What a call throws, or its promise rejects with. */
async function caught(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** A worker's program, in a file of its own. */
function workerOf(source: string): string {
  return join(createProgramFolder({ 'worker.js': source }), 'worker.js')
}

/** What the iteration throws when a peer sends this and ends. */
async function receive<In>(
  receiving: Framing<In, never>,
  bytes: string | readonly number[],
): Promise<unknown> {
  const { connection, peer } = connectPeer({ framing: receiving })
  await peer.send(typeof bytes === 'string' ? bytes : Uint8Array.from(bytes))
  peer.end()
  return caught(() => connection[Symbol.asyncIterator]().next())
}

type Peer = ReturnType<typeof connectPeer<string, string>>

/** How a connection ends when time goes by after `prepare`. */
async function expire(
  waits: Pick<
    ServerOptions<string, string>,
    | 'idleTimeout'
    | 'readIdleTimeout'
    | 'firstByteTimeout'
    | 'frameTimeout'
    | 'writeTimeout'
    | 'consumerTimeout'
  >,
  prepare: (ends: Peer) => unknown,
): Promise<unknown> {
  const clock = new VirtualClock()
  const ends = connectPeer({ framing: lines(), clock, ...waits })
  const consuming = caught(() => ends.connection[Symbol.asyncIterator]().next())
  await prepare(ends)
  await clock.advance(20_000)
  await consuming
  return (await ends.connection.closed).error
}

const json: BackplaneCodec<Uint8Array | string> = {
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as string,
}

function fail(): never {
  throw new Error('the link is down')
}

/** What a server says that sends two messages to everybody. */
async function complaint(
  options: ServerOptions<Uint8Array, Uint8Array | string>,
): Promise<unknown> {
  let told: unknown
  const { server } = await serve({ ...options, onError: (error) => (told = error) })
  server.broadcast('one')
  server.broadcast('two')
  return told
}

interface Served {
  server: Server
  endpoint: string
  /** The error its first connection ended with. */
  ended: Promise<unknown>
}

/** A server that is gone when the test is. */
async function serve(
  options: ServerOptions<Uint8Array, Uint8Array | string> = {},
  handler: FunctionHandler<Uint8Array, Uint8Array | string> = () => new Promise(() => {}),
  scheme: 'tcp' | 'tls' = 'tcp',
): Promise<Served> {
  const server = createServer(options, handler)
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  const ended = new Promise<unknown>((resolve) => {
    server.on('connection', ({ closed }) => {
      void closed.then(({ error }) => resolve(error))
    })
  })
  await server.listen(`${scheme}://127.0.0.1:0`)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, endpoint: `${scheme}://127.0.0.1:${address.port}`, ended }
}

/** A peer that is gone when the test is. */
/** A peer of a server that wants to hear whom it speaks for, and with what error it is refused. */
async function refuseHeader(): Promise<{
  peer: ScriptedPeer
  clock: VirtualClock
  refused: Promise<unknown>
}> {
  const clock = new VirtualClock()
  const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const
  const server = createServer({ proxyProtocol, clock })
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  const refused = new Promise<unknown>((resolve) => {
    server.on('drop', ({ error }) => resolve(error))
  })
  await server.listen(anyPort)
  const { port } = server.address() as { port: number }
  return { peer: await dial(`tcp://127.0.0.1:${port}`), clock, refused }
}

async function dial(endpoint: string): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.connect(endpoint)
  onTestFinished(async () => {
    peer.reset()
    await peer.closed
  })
  return peer
}

/** A connection with the socket below it, which Node.js shows to whoever subscribes. */
async function connectWatched(
  endpoint: string,
): Promise<{ connection: Awaited<ReturnType<typeof connect>>; socket: Socket }> {
  let socket: Socket | undefined
  const note = (message: unknown): void => {
    socket = (message as { socket: Socket }).socket
  }
  subscribe('net.client.socket', note)
  const connection = await connect(endpoint)
  unsubscribe('net.client.socket', note)
  if (socket === undefined) throw new Error('Node.js showed no socket')
  return { connection, socket }
}

/** What comes of a proxy that answers this. */
async function askProxy(answer: string, kind: string): Promise<unknown> {
  const { endpoint } = await serve({}, (connection) => connection.send(answer))
  const proxy = endpoint.replace('tcp', kind)
  return caught(() => connect('db.example:5432', { proxy }))
}

/** Runs as a user who may not write to the folder. */
async function asNobody<Value>(action: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = createFolder()
  const isRoot = process.geteuid?.() === 0
  chmodSync(folder, 0o500)
  if (isRoot) process.seteuid?.(65_534)
  try {
    return await action(folder)
  } finally {
    if (isRoot) process.seteuid?.(0)
    chmodSync(folder, 0o700)
  }
}

it.each([
  ['a line feed at its end', 'no\n', 'no'],
  ['a line feed in it', 'a\nb', String.raw`a\u000ab`],
  ['C0, DEL and C1', '\u001b[2J\u007f\u009b', String.raw`\u001b[2J\u007f\u009b`],
])('a message that quotes a text with %s stays one harmless line', async (_what, text, shown) => {
  const server = createServer({}, () => {
    throw new Error(text)
  })
  const failed = once(server, 'error')
  await server.listen({ host: '127.0.0.1', port: 0 })
  const client = await connect(server.address())
  const [error] = (await failed) as [Error]
  expect(error.message).toBe(`the handler failed and its connection is closed: ${shown}`)
  client.reset()
  await server.close({ drain: 0 })
})
