import type { Duplex } from 'node:stream'
import type { ReadableStream, WritableStream } from 'node:stream/web'
import type { Framing } from '../framing/framing.js'
import type { ProxyHeader } from '../proxy-protocol/header.js'
import type { TlsSession } from '../tls.js'
import type { TransportAddress } from '../transport.js'
import type { CloseInfo, ConnectionPhase } from './close-info.js'
import type { Engine } from './engine.js'
import type { ConnectionServer } from './face.js'
import { BatchIterator, MessageIterator } from './in/iterator-consumer.js'
import { noGroups, noTopics, type Topics } from './memberships.js'
import { accepted, handled } from './promises.js'
import { startTls, type StartTlsOptions } from './start-tls.js'
import { toDuplex, toReadable, toWritable } from './streams.js'

let lastId = 0
let readEngine: (connection: object) => unknown
let create: (engine: object) => unknown

/** The engine behind a connection: for those who made it, not for those who use it. */
export function engineOf<In, Out>(connection: Connection<In, Out>): Engine<In, Out> {
  return readEngine(connection) as Engine<In, Out>
}

/** The connection of an engine, which every engine gets once. */
export function makeConnection<In, Out>(engine: Engine<In, Out>): Connection<In, Out> {
  return create(engine) as Connection<In, Out>
}

/**
 * One TCP (or Unix socket) connection that carries messages; the same class at both ends.
 *
 * Consume it in one of three ways, one at a time: `for await (const message of connection)`, a
 * handler object passed to the server, or the streams `readable` and `duplex()`.
 */
export class Connection<
  In = Uint8Array,
  Out = Uint8Array | string,
  Data = unknown,
> implements AsyncIterable<In> {
  /** 1, 2, 3, … in the order this process made its connections. */
  readonly id: number
  /** Yours: a place for what you know about this peer. What the server's option `data` returned. */
  data!: Data
  static {
    readEngine = (connection) => (connection as Connection).#engine
    create = (engine) => new Connection(engine as Engine<Uint8Array, Uint8Array | string>)
  }

  readonly #engine: Engine<In, Out>
  /** In one place, because few connections have any. */
  #streams: { readable?: ReadableStream<In>; writable?: WritableStream<Out> } | undefined

  /** Connections come from a server or from `connect`. */
  private constructor(engine: Engine<In, Out>) {
    lastId += 1
    this.id = lastId
    this.#engine = engine
    engine.connection = this
  }

  /** The server that accepted it; undefined for one that `connect` made. */
  get server(): ConnectionServer<In, Out, Data> | undefined {
    return this.#engine.owner.server as ConnectionServer<In, Out, Data> | undefined
  }

  /** Our IP address, or the path of our Unix socket; of `local`. */
  get localAddress(): string | undefined {
    return this.#engine.transport.addresses.local?.address
  }

  /** Our port; undefined on a Unix socket; of `local`. */
  get localPort(): number | undefined {
    return this.#engine.transport.addresses.local?.port
  }

  /** `IPv4`, `IPv6` or `unix`; of `local`. */
  get localFamily(): string | undefined {
    return this.#engine.transport.addresses.local?.family
  }

  /** The IP address of `remote`: the client's, behind a proxy that tells it; empty or undefined on a Unix socket without a name. */
  get remoteAddress(): string | undefined {
    return this.#engine.transport.addresses.remote?.address
  }

  /** The port of `remote`; undefined on a Unix socket. */
  get remotePort(): number | undefined {
    return this.#engine.transport.addresses.remote?.port
  }

  /** `IPv4`, `IPv6` or `unix`; of `remote`. */
  get remoteFamily(): string | undefined {
    return this.#engine.transport.addresses.remote?.family
  }

  /**
   * Our end; undefined where the transport does not know it. Behind a proxy that says for whom it
   * speaks: where the client connected to.
   */
  get local(): TransportAddress | undefined {
    return this.#engine.transport.addresses.local
  }

  /** The client's or server's end that we talk to: behind a proxy that says whom it speaks for, theirs. */
  get remote(): TransportAddress | undefined {
    return this.#engine.transport.addresses.remote
  }

  /**
   * The socket's other end: the proxy, where one says for whom it speaks, and otherwise what `remote`
   * is.
   */
  get peer(): TransportAddress | undefined {
    const { proxied, addresses } = this.#engine.transport
    return proxied === undefined ? addresses.remote : proxied.peer
  }

  /** The PROXY protocol header that the connection began with; undefined when there was none. */
  get proxyHeader(): ProxyHeader | undefined {
    return this.#engine.transport.proxied?.header
  }

  /** What was agreed on with the peer, and its certificate; undefined without TLS. */
  get tls(): TlsSession | undefined {
    return this.#engine.transport.tls
  }

  /** Bytes received since the beginning. */
  get bytesRead(): number {
    return this.#engine.receiver.bytes
  }

  /** Bytes accepted for sending since the beginning, framing included. */
  get bytesWritten(): number {
    return this.#engine.openSender?.accepted ?? 0
  }

  /** Messages delivered since the beginning. */
  get messagesRead(): number {
    return this.#engine.receiver.messages
  }

  /** Messages accepted for sending since the beginning. */
  get messagesWritten(): number {
    return this.#engine.openSender?.messages ?? 0
  }

  /** Bytes accepted and not yet handed to the operating system. */
  get unsent(): number {
    return this.#engine.unsent
  }

  /** Whether the outbox is below its high-water mark and our direction is open. */
  get canSend(): boolean {
    return this.#engine.canSend
  }

  /** Where in its life the connection is. */
  get phase(): ConnectionPhase {
    return this.#engine.phase
  }

  /** How the connection ended. Always fulfils, never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#engine.closing
  }

  /**
   * Send one message.
   *
   * Messages of one turn of the event loop leave in one system call. The promise says that there is
   * room, not that the peer has the message: it is already fulfilled while the outbox is below its
   * high-water mark, and otherwise pending until it is again. Awaiting it is how a producer keeps
   * to the pace of a slow reader. An unhandled rejection does not end the process.
   *
   * Bytes of 16 KiB and more are not copied: do not change them before `flush()` has settled.
   *
   * @returns rejects with `HAWSER_MESSAGE_INVALID` or `HAWSER_FRAME_TOO_LARGE` (the framing cannot
   *   carry it; nothing was sent), `HAWSER_OUTBOX_FULL` (the connection is reset),
   *   `HAWSER_CONNECTION_ENDED` (after `end()`), `HAWSER_CONNECTION_CLOSED`
   */
  send(message: Out): Promise<void> {
    return this.#engine.sender.send(message)
  }

  /**
   * Send one message if there is room.
   *
   * @returns false, with nothing taken, when the outbox is above its high-water mark or our
   *   direction has ended
   * @throws FramingError when the framing cannot carry the message
   */
  trySend(message: Out): boolean {
    return this.#engine.sender.trySend(message)
  }

  /**
   * Settles when everything accepted until now was handed to the operating system.
   *
   * @returns rejects with `HAWSER_CONNECTION_CLOSED` when the connection ended before that
   */
  flush(): Promise<void> {
    return this.#engine.isSendingDone ? accepted : this.#engine.sender.flush()
  }

  /**
   * End our direction (FIN) once the outbox has left. What the peer sends is still received.
   *
   * @returns settles as `flush()` does
   */
  end(): Promise<void> {
    this.#engine.endOurs('local')
    return this.flush()
  }

  /**
   * End our direction, discard what still arrives, and close when the peer has ended too or
   * `lingerTimeout` is over. The outbox is sent before that.
   *
   * @returns fulfils as `closed` does
   */
  close(): Promise<CloseInfo> {
    this.#engine.finish()
    return this.closed
  }

  /** Drop everything and tell the peer at once: RST on TCP (RFC 9293 section 3.5.3). */
  reset(): void {
    this.#engine.reset()
  }

  /** Deliver no messages until `resume()`. Reading goes on until the inbox is full. */
  pause(): void {
    this.#engine.receiver.pause()
  }

  /** Deliver messages again. */
  resume(): void {
    this.#engine.receiver.resume()
  }

  /**
   * Become a member of a topic, and get what `server.to(topic)` sends. A closed connection joins none.
   *
   * @param topic 1–256 bytes of UTF-8
   * @returns whether it is a member now
   * @throws OptionError `HAWSER_INVALID_TOPIC`; StateError `HAWSER_TOO_MANY_TOPICS` (more than the
   *   server's `maxTopics`), `HAWSER_NO_GROUPS` (the connection was made by `connect`)
   */
  join(topic: string): boolean {
    const { groups } = this.#engine.owner
    if (groups === undefined) throw noGroups(this.#engine.details)
    return groups.join(this.#engine, topic)
  }

  /**
   * Be a member no more. A connection that closes leaves all its topics by itself.
   *
   * @returns whether it was one
   * @throws StateError `HAWSER_NO_GROUPS`
   */
  leave(topic: string): boolean {
    const { groups } = this.#engine.owner
    if (groups === undefined) throw noGroups(this.#engine.details)
    return groups.leave(this.#engine, topic)
  }

  /** The topics it is a member of; of a closed one, those it was in at its end. */
  get topics(): Topics {
    return this.#engine.owner.groups?.topicsOf(this.#engine) ?? noTopics
  }

  /**
   * Keep the connection when its function handler settles: from now on you end it, or the peer does.
   * Its end still ends ours once all it sent was taken and the handler has settled.
   */
  detach(): this {
    this.#engine.detach(false)
    return this
  }

  /**
   * Read and write with another framing from here on: messages not yet delivered are dropped, and
   * decoding begins again at the byte behind the last delivered one. What the old framing had begun
   * to discard of a frame too large is gone; the rest of that frame is read with the new one.
   *
   * @returns this connection, typed for the new messages
   * @throws OptionError when the framing's `maxFrame` is larger than the inbox
   */
  switchFraming<NextIn, NextOut>(
    next: Framing<NextIn, NextOut>,
  ): Connection<NextIn, NextOut, Data> {
    this.#engine.switchFraming(next as unknown as Framing<In, Out>)
    return this as unknown as Connection<NextIn, NextOut, Data>
  }

  /**
   * Begin TLS on this connection, which has been in plain text until now (STARTTLS): as a server on
   * one from a server, as a client on one from `connect`. Reading stops at once, `reply` leaves, and
   * then the handshake is awaited; what is sent meanwhile leaves after it, under TLS. Call it on the
   * message that asks for TLS, before the next is taken; no stream may have been taken.
   *
   * @returns fulfils with what was agreed on. Rejects with StateError `HAWSER_TLS_UNAVAILABLE`, and
   *   the connection goes on as it was; or with TlsError (`HAWSER_TLS_BUFFERED_PLAINTEXT`: the peer
   *   had sent more already, which an attacker in between may have injected, CVE-2011-0411;
   *   `HAWSER_TLS_HANDSHAKE_FAILED`, `HAWSER_TLS_CERTIFICATE_INVALID`) or TimeoutError
   *   (`HAWSER_TLS_HANDSHAKE_TIMEOUT`), and the connection is reset. An unhandled rejection
   *   does not end the process.
   */
  startTls(options: StartTlsOptions<Out> = {}): Promise<TlsSession> {
    const isStreamed = this.#streams !== undefined || this.#engine.isStreamed
    return handled(startTls(this.#engine, options, isStreamed))
  }

  /**
   * The messages, as they are asked for. The peer's FIN ends the loop, a reset throws from it.
   * Leaving the loop neither closes the connection nor loses a message; another may follow.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In> {
    return new MessageIterator(this.#engine, this.#engine.receiver, false)
  }

  /**
   * The messages as they are asked for, all that are there at a time, as an array of one or more
   * (256 at most): the loop for many small messages, since a promise for each costs more than all
   * else. Backpressure is by the array. Everything else is as with `for await` over the connection;
   * `switchFraming` reads on behind the last message of the array.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  batches(): AsyncIterableIterator<In[]> {
    return new BatchIterator(this.#engine, this.#engine.receiver, false)
  }

  /**
   * The messages as a WHATWG stream; cancelling it closes the connection.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  get readable(): ReadableStream<In> {
    this.#streams ??= {}
    const streams = this.#streams
    if (streams.readable === undefined) {
      streams.readable = toReadable(this[Symbol.asyncIterator](), this)
      this.#engine.detach(false)
    }
    return streams.readable
  }

  /**
   * Where messages go, as a WHATWG stream; closing it ends our direction, aborting it resets. Once it
   * was taken, our direction stays open after the peer's end until you close it.
   */
  get writable(): WritableStream<Out> {
    this.#streams ??= {}
    const streams = this.#streams
    if (streams.writable === undefined) {
      streams.writable = toWritable(this)
      this.#engine.detach(true)
    }
    return streams.writable
  }

  /**
   * Both directions as a Node.js stream: of messages (object mode), or of plain bytes under
   * `raw()`. It allows half-open: after the peer's end, our direction stays open until you end it.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  duplex(): Duplex {
    const { receiver } = this.#engine
    const messages = new MessageIterator(this.#engine, receiver, true)
    const duplex = toDuplex(messages, this, receiver.framing.streaming === true)
    this.#engine.detach(true)
    return duplex
  }

  /** Keep the process alive while the connection is open (the default). */
  ref(): this {
    this.#engine.transport.ref()
    return this
  }

  /** Let the process end though the connection is open. */
  unref(): this {
    this.#engine.transport.unref()
    return this
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
