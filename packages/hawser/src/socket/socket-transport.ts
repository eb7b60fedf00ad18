import { Buffer } from 'node:buffer'
import type net from 'node:net'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import type { ProxyHeader } from '../proxy-protocol/header.js'
import type { TlsSession } from '../tls.js'
import type {
  ProxiedConnection,
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import { type FastReader, type FastSocket, fastReader, type PeerName } from './fast-read.js'
import { addressesOf, type KnownNames } from './names.js'
import type { HandshakeLimits, Wrap } from './tls/handshake.js'
import { swallowedReset } from './tls/swallowed-reset.js'
import { handshakeLost, sessionFault } from './tls/tls-errors.js'

/** Whether libuv's queue can be seen, so that a write's progress is known before its end. */
const showsProgress =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined

const owner: unique symbol = Symbol('hawser.transport')

interface OwnedSocket extends FastSocket {
  [owner]?: SocketTransport
  _handle?: { readonly writeQueueSize?: number } | null
}

const capabilities: Record<'tcp' | 'unix', Record<'fast' | 'plain', TransportCapabilities>> = {
  tcp: { fast: describe(true, true), plain: describe(true, false) },
  unix: { fast: describe(false, true), plain: describe(false, false) },
}

function describe(reset: boolean, borrowedReads: boolean): TransportCapabilities {
  return { reset, halfClose: true, borrowedReads, writeProgress: showsProgress }
}

/** What only a connection has that began otherwise than with its first message. */
interface Beginning {
  /** Bytes that were read too far, for whoever reads next. */
  unread?: Uint8Array
  /** The peer's end was read too. */
  ended?: boolean
  /** They are to be pushed in the next turn. */
  due?: boolean
  /** The socket beneath TLS. */
  beneath?: OwnedSocket
  session?: TlsSession
  /** Something came in since. */
  heard?: boolean
  proxied?: ProxiedConnection
  /** How much was received before what the proxy passes on. */
  headerSize?: number
}

/** A TCP or Unix socket of Node.js as a transport. No closure is made for a connection. */
export class SocketTransport implements Transport, FastReader {
  readonly #names: KnownNames
  readonly #ip: string | undefined
  readonly #port: number
  #socket: OwnedSocket
  #fast: boolean
  #beginning: Beginning | undefined
  #sink: TransportSink | undefined
  #error: Error | undefined
  #outstanding: readonly TransportChunk[] | undefined

  /**
   * @param fast whether the socket reads into the static buffer
   * @param names what is known of its names without asking
   * @param peer whom it is with; undefined for a Unix socket
   */
  constructor(socket: net.Socket, fast: boolean, names: KnownNames, peer: PeerName | undefined) {
    this.#socket = socket
    this.#ip = peer?.ip
    this.#port = peer?.port ?? 0
    this.#fast = fast
    this.#names = names
    this.#socket[owner] = this
    socket.on('error', noteError)
    socket.on('close', tellClosed)
  }

  get capabilities(): TransportCapabilities {
    const kind = this.#names.path === undefined ? capabilities.tcp : capabilities.unix
    return this.#fast ? kind.fast : kind.plain
  }

  get addresses(): TransportAddresses {
    const { source, destination } = this.#beginning?.proxied?.header ?? {}
    if (source !== undefined) return { local: destination, remote: source }
    const peer = this.#ip === undefined ? undefined : { ip: this.#ip, port: this.#port }
    return addressesOf(this.#beneath, this.#names, peer)
  }

  get tls(): TlsSession | undefined {
    return this.#beginning?.session
  }

  get proxied(): ProxiedConnection | undefined {
    return this.#beginning?.proxied
  }

  /** Whether the peer has sent anything at all; a proxy's header is nothing. */
  get hasReceived(): boolean {
    return this.#beneath.bytesRead > (this.#beginning?.headerSize ?? 0)
  }

  get unsent(): number {
    if (this.#outstanding === undefined) return 0
    const queued = this.#beneath._handle?.writeQueueSize
    if (queued === undefined) return sizeOf(this.#outstanding)
    // What TLS adds was not accepted by anybody, and what it holds back is not in the queue yet.
    return this.#fast ? queued : Math.min(Math.max(queued, 1), sizeOf(this.#outstanding))
  }

  start(sink: TransportSink): void {
    const isFirst = this.#sink === undefined
    this.#sink = sink
    if (isFirst) this.#listen()
    this.resume()
  }

  /**
   * Give back bytes that were read too far, and stop reading: `start` may then be called once more,
   * or `upgrade`.
   *
   * @param ended whether the peer's end was told behind them, and is to be told again
   */
  unread(bytes: Uint8Array | undefined, ended = false): void {
    this.pause()
    if (ended) (this.#beginning ??= {}).ended = true
    if (bytes === undefined || bytes.length === 0) return
    this.#beginning ??= {}
    this.#beginning.unread = bytes
  }

  /** A proxy said, in its first `size` bytes, for whom it opened the connection. */
  speaksFor(header: ProxyHeader, size: number): void {
    const peer = this.addresses.remote
    this.#beginning ??= {}
    this.#beginning.proxied = { peer, header }
    this.#beginning.headerSize = size
  }

  /**
   * Speak TLS from here on. Reading has to be stopped, and nothing may be under way to be written.
   * It stays stopped; if the handshake fails, the socket is for the caller to close.
   *
   * @param wrap begins TLS on the socket
   * @throws TlsError, TimeoutError
   */
  async upgrade(wrap: Wrap, limits: Omit<HandshakeLimits, 'details'>): Promise<void> {
    const socket = this.#socket
    const details = this.addresses
    this.#beginning ??= {}
    if (socket.destroyed || this.#beginning.ended === true) throw handshakeLost(details)
    const { unread } = this.#beginning
    if (unread !== undefined) {
      delete this.#beginning.unread
      socket.unshift(unread)
    }
    socket.off('data', tellData).off('end', tellEnd)
    const secure = await wrap(socket, { ...limits, details })
    socket.off('close', tellClosed)
    const upgraded: OwnedSocket = secure.socket
    this.#beginning.beneath = socket
    this.#beginning.session = secure.session
    upgraded[owner] = this
    upgraded.on('error', noteError).on('close', tellClosedLater)
    this.#beginning.heard = false
    upgraded.pause()
    this.#socket = upgraded
    this.#fast = false
    if (this.#sink !== undefined) this.#listen()
  }

  read(bytes: Uint8Array, headroom: number): void {
    this.#sink?.data(bytes, true, headroom)
  }

  pause(): void {
    if (this.#beginning !== undefined) this.#beginning.due = false
    this.#socket.pause()
  }

  resume(): void {
    const beginning = this.#beginning
    if (beginning === undefined || (beginning.unread === undefined && beginning.ended !== true)) {
      this.#socket.resume()
    } else {
      beginning.due = true
      setImmediate(pushUnread, this)
    }
  }

  write(chunks: readonly TransportChunk[]): boolean {
    const socket = this.#socket
    if (this.#beginning?.beneath !== undefined) return this.#writeSecurely(chunks)
    if (chunks.length === 1) socket.write(chunks[0] as TransportChunk)
    else {
      socket.cork()
      for (const chunk of chunks) socket.write(chunk)
      socket.uncork()
    }
    const isTaken = socket.writableLength === 0 && !socket.destroyed && socket.errored === null
    if (isTaken) return true
    this.#outstanding = chunks
    // An empty write behind it completes when it has: only a write that waits needs a callback.
    socket.write('', (error) => {
      if (!error) this.#written()
    })
    return false
  }

  end(): void {
    this.#socket.end()
  }

  reset(): void {
    const socket = this.#socket
    const beneath = this.#beneath
    if (!this.capabilities.reset || beneath.destroyed) this.close()
    else if (isShuttingDown(socket)) {
      // libuv refuses to reset during shutdown(2), and Node.js would then lose the descriptor.
      socket.pause()
      socket.once('finish', () => beneath.resetAndDestroy())
    } else beneath.resetAndDestroy()
  }

  close(): void {
    this.#socket.destroy()
    this.#beneath.destroy()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  /** @internal what was given back comes first */
  pushUnread(): void {
    const beginning = this.#beginning
    if (beginning?.due !== true || this.#socket.destroyed) return
    const { unread } = beginning
    if (unread !== undefined) {
      delete beginning.unread
      this.#sink?.data(unread, false, 0)
    }
    // They may have made somebody stop it.
    if (!beginning.due) return
    if (beginning.ended === true) {
      delete beginning.ended
      this.#sink?.end()
    } else if (unread !== undefined) this.#socket.resume()
  }

  /** @internal called by the shared listeners below */
  handle(event: 'data' | 'end' | 'error' | 'close', value?: Uint8Array | Error): void {
    if (event === 'data') {
      if (this.#beginning !== undefined) this.#beginning.heard = true
      this.#sink?.data(value as Uint8Array, false, 0)
    } else if (event === 'end') this.#ended()
    else if (event === 'error') this.#error ??= sessionFault(value as Error)
    else this.#sink?.closed(this.#error)
  }

  #ended(): void {
    const { beneath, heard } = this.#beginning ?? {}
    const isTcp = this.#names.path === undefined
    const reset =
      beneath === undefined || heard === true || !isTcp
        ? undefined
        : swallowedReset(this.#socket, beneath)
    if (reset === undefined) this.#sink?.end()
    else this.#socket.destroy(reset)
  }

  get #beneath(): OwnedSocket {
    return this.#beginning?.beneath ?? this.#socket
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('end', tellEnd)
    if (this.#fast) {
      socket[fastReader] = this
      // A stream that has not read yet does so a tick after `resume`, though it was paused since.
      socket.read(0)
    } else socket.on('data', tellData)
  }

  /**
   * Under TLS every write waits, and an empty one must not be made: what the operating system says to
   * it, Node.js drops, and a reset would pass for an end.
   */
  #writeSecurely(chunks: readonly TransportChunk[]): boolean {
    const socket = this.#socket
    const last = chunks.length - 1
    this.#outstanding = chunks
    socket.cork()
    for (const [index, chunk] of chunks.entries()) {
      if (index < last) socket.write(chunk)
      else socket.write(chunk, (error) => (error ? undefined : this.#written()))
    }
    socket.uncork()
    return false
  }

  #written(): void {
    if (this.#outstanding === undefined || this.#socket.destroyed) return
    this.#outstanding = undefined
    this.#sink?.written()
  }
}

// Shared by all sockets: a listener of its own for each would cost every connection its memory.
function tellData(this: OwnedSocket, bytes: Uint8Array): void {
  this[owner]?.handle('data', bytes)
}

function tellEnd(this: OwnedSocket): void {
  this[owner]?.handle('end')
}

function noteError(this: OwnedSocket, error: Error): void {
  this[owner]?.handle('error', error)
}

function tellClosed(this: OwnedSocket): void {
  this[owner]?.handle('close')
}

/** Under TLS a reset is over before the call that asked for it. */
function tellClosedLater(this: OwnedSocket): void {
  process.nextTick(tellClosed.bind(this))
}

function pushUnread(transport: SocketTransport): void {
  transport.pushUnread()
}

/** Whether the FIN was asked for and has not left; it does in the next turn. */
function isShuttingDown(socket: net.Socket): boolean {
  return socket.writableEnded && !socket.writableFinished && socket.writableLength === 0
}

function sizeOf(chunks: readonly TransportChunk[]): number {
  let size = 0
  for (const chunk of chunks) size += Buffer.byteLength(chunk)
  return size
}
