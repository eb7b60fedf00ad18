import type net from 'node:net'
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
import { type FastReader, fastReader, type PeerName } from './fast-read.js'
import { closeSocket } from './goodbye.js'
import { giveBuffer } from './large-reads.js'
import { addressesOf, type KnownNames } from './names.js'
import type { HandshakeLimits, Wrap } from './tls/handshake.js'
import { handshakeLost, sessionFault } from './tls/tls-errors.js'
import { Beginning } from './transport/beginning.js'
import { capabilitiesOf } from './transport/capabilities.js'
import { hiddenReset } from './transport/hidden-reset.js'
import { type HandleWriter, writeByHandle, writeError } from './transport/handle-writes.js'
import {
  hearData,
  hearEnd,
  leaveClose,
  type OwnedSocket,
  ownSecureSocket,
  ownSocket,
  type SocketOwner,
  stopHearing,
} from './transport/socket-events.js'
import { resetSocket } from './transport/socket-reset.js'
import {
  sizeOf,
  sizeUnsent,
  whenWritten,
  writePlain,
  writeSecurely,
} from './transport/socket-writes.js'

// Methods are `private`: `#` would cost each idle connection a word.
/** A TCP or Unix socket of Node.js as a transport. No closure is made for a connection. */
export class SocketTransport implements Transport, FastReader, SocketOwner, HandleWriter {
  readonly #names: KnownNames
  readonly #ip: string | undefined
  readonly #port: number
  #socket: OwnedSocket
  #fast: boolean
  #beginning: Beginning | undefined
  #sink: TransportSink | undefined
  #error: Error | undefined
  /** Bytes of the write that is under way; 0 when none is. */
  #outstanding = 0
  /** That write goes through the handle. */
  #byHandle = false
  /** The end comes behind it. */
  #endsNext = false

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
    ownSocket(socket, this)
  }

  get capabilities(): TransportCapabilities {
    return capabilitiesOf(this.#names.path !== undefined, this.#fast)
  }

  get addresses(): TransportAddresses {
    const { source, destination } = this.#beginning?.proxied?.header ?? {}
    if (source !== undefined) return { local: destination, remote: source }
    const peer = this.#ip === undefined ? undefined : { ip: this.#ip, port: this.#port }
    return addressesOf(this.beneath, this.#names, peer)
  }

  get tls(): TlsSession | undefined {
    return this.#beginning?.session
  }

  get proxied(): ProxiedConnection | undefined {
    return this.#beginning?.proxied
  }

  /** Whether the peer has sent anything at all; a proxy's header is nothing. */
  get hasReceived(): boolean {
    return this.beneath.bytesRead > (this.#beginning?.headerSize ?? 0)
  }

  get unsent(): number {
    if (this.#outstanding === 0) return 0
    return sizeUnsent(this.#outstanding, this.beneath, this.#fast)
  }

  start(sink: TransportSink): void {
    const isFirst = this.#sink === undefined
    this.#sink = sink
    if (isFirst) this.listen()
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
    const isEmpty = bytes === undefined || bytes.length === 0
    if (isEmpty && !ended) return
    this.#beginning ??= new Beginning()
    if (ended) this.#beginning.hasEnded = true
    if (!isEmpty) this.#beginning.unread = bytes
  }

  /** A proxy said, in its first `size` bytes, for whom it opened the connection. */
  speaksFor(header: ProxyHeader, size: number): void {
    const peer = this.addresses.remote
    this.#beginning ??= new Beginning()
    this.#beginning.speaksFor(peer, header, size)
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
    this.#beginning ??= new Beginning()
    if (socket.destroyed || this.#beginning.hasEnded) throw handshakeLost(details)
    const unread = this.#beginning.takeUnread()
    if (unread !== undefined) socket.unshift(unread)
    stopHearing(socket)
    const secure = await wrap(socket, { ...limits, details })
    leaveClose(socket)
    this.#beginning.secure(socket, secure.session)
    ownSecureSocket(secure.socket, this)
    secure.socket.pause()
    this.#socket = secure.socket
    this.#fast = false
    if (this.#sink !== undefined) this.listen()
  }

  read(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    this.#sink?.received(bytes, borrowed, headroom)
  }

  recycle(bytes: Uint8Array): void {
    giveBuffer(bytes)
  }

  pause(): void {
    if (this.#beginning !== undefined) this.#beginning.isDue = false
    this.#socket.pause()
  }

  resume(): void {
    const beginning = this.#beginning
    if (beginning === undefined || !beginning.hasRest) this.#socket.resume()
    else {
      beginning.isDue = true
      setImmediate(pushUnread, this)
    }
  }

  write(chunks: readonly TransportChunk[], size?: number): boolean {
    const { beneath } = this.#beginning ?? {}
    if (beneath !== undefined) return this.writeTls(beneath, chunks, size ?? sizeOf(chunks))
    const socket = this.#socket
    if (this.#fast) {
      const status = writeByHandle(socket, chunks, size, this)
      if (status === 'taken') return true
      if (status !== 'unable') {
        this.#outstanding = sizeOf(chunks)
        this.#byHandle = true
        if (status !== 'waiting') this.handled(status)
        return false
      }
    }
    if (writePlain(socket, chunks)) return true
    this.#outstanding = sizeOf(chunks)
    whenWritten(socket, () => this.written())
    return false
  }

  end(): void {
    // The stream knows nothing of that write, and once it shuts down libuv refuses to reset.
    if (this.#byHandle) this.#endsNext = true
    else this.#socket.end()
  }

  reset(): void {
    const beneath = this.beneath
    if (!this.capabilities.reset || beneath.destroyed) this.close()
    else resetSocket(this.#socket, beneath)
  }

  close(): void {
    closeSocket(this.#socket, this.beneath, this.#outstanding === 0)
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
    if (beginning?.isDue !== true || this.#socket.destroyed) return
    const unread = beginning.takeUnread()
    if (unread !== undefined) this.#sink?.received(unread, false, 0)
    // The sink may have paused it.
    if (!beginning.isDue) return
    if (beginning.takeEnd()) this.#sink?.peerEnded()
    else if (unread !== undefined) this.#socket.resume()
  }

  /** @internal called by the shared listeners of socket-events.ts */
  handle(event: 'data' | 'end' | 'error' | 'close', value?: Uint8Array | Error): void {
    if (event === 'data') {
      const bytes = value as Uint8Array
      this.#sink?.received(bytes, false, 0, this.#beginning?.heard(bytes.length))
    } else if (event === 'end') this.peerHasEnded()
    else if (event === 'error') this.#error ??= sessionFault(value as Error)
    else this.#sink?.gone(this.#error)
  }

  private peerHasEnded(): void {
    // A Unix socket knows no reset, and what its peer sent is there whatever becomes of that.
    const isTcp = this.#names.path === undefined
    const reset = isTcp ? hiddenReset(this.#socket, this.#beginning) : undefined
    if (reset === undefined) this.#sink?.peerEnded()
    else this.#socket.destroy(reset)
  }

  private get beneath(): OwnedSocket {
    return this.#beginning?.beneath ?? this.#socket
  }

  private listen(): void {
    const socket = this.#socket
    hearEnd(socket)
    if (this.#fast) {
      socket[fastReader] = this
      // A stream that has not read yet does so a tick after `resume`, though it was paused since.
      socket.read(0)
    } else hearData(socket)
  }

  /** @internal */
  handled(status: number): void {
    this.#byHandle = false
    if (status < 0) this.#socket.destroy(writeError(status))
    else {
      this.written()
      if (this.#endsNext && !this.#byHandle) this.#socket.end()
    }
  }

  /** A write under TLS is over a turn after it is done, so the next may begin before that. */
  private writeTls(beneath: net.Socket, chunks: readonly TransportChunk[], size: number): boolean {
    this.#outstanding = size
    let isDone = false
    isDone = writeSecurely(this.#socket, beneath, chunks, size, () => {
      if (!isDone) this.written()
    })
    if (isDone) this.#outstanding = 0
    return isDone
  }

  private written(): void {
    if (this.#outstanding === 0 || this.#socket.destroyed) return
    this.#outstanding = 0
    this.#sink?.wrote()
  }
}

function pushUnread(transport: SocketTransport): void {
  transport.pushUnread()
}
