import type { Duplex } from 'node:stream'
import type { ReadableStream, WritableStream } from 'node:stream/web'
import type { Framing } from '../framing/framing.js'
import type { RateLimit } from '../policy/rate/rate-limit.js'
import type { ProxyHeader } from '../proxy-protocol/header.js'
import type { TlsSession } from '../tls.js'
import type { TransportAddress } from '../transport.js'
import type { EndOptions, ReceiveOptions, StartTlsOptions } from './options/call-options.js'
import type { CloseInfo, ConnectionPhase } from './end/close-info.js'
import type { ConnectionTimeouts } from './options/timeouts.js'

// Types only: a connection as everything but its engine sees it.

/**
 * One TCP (or Unix socket) connection that carries messages; the same class at both ends.
 *
 * Consume it in one of three ways, one at a time: `for await (const message of connection)`, a
 * handler object passed to the server, or the streams `readable` and `duplex()`.
 */
export interface Connection<
  In = Uint8Array,
  Out = Uint8Array | string,
  Data = unknown,
> extends AsyncIterable<In> {
  /** 1, 2, 3, … in the order this process made its connections. */
  readonly id: number
  /** Yours: a place for what you know about this peer. What the server's option `data` returned. */
  data: Data
  /** The server that accepted it; undefined for one that `connect` made. */
  readonly server: object | undefined
  /** Our IP address, or the path of our Unix socket; of `local`. */
  readonly localAddress: string | undefined
  /** Our port; undefined on a Unix socket; of `local`. */
  readonly localPort: number | undefined
  /** `IPv4`, `IPv6` or `unix`; of `local`. */
  readonly localFamily: string | undefined
  /** The IP address of `remote`: the client's, behind a proxy that tells it; empty or undefined on a Unix socket without a name. */
  readonly remoteAddress: string | undefined
  /** The port of `remote`; undefined on a Unix socket. */
  readonly remotePort: number | undefined
  /** `IPv4`, `IPv6` or `unix`; of `remote`. */
  readonly remoteFamily: string | undefined
  /**
   * Our end; undefined where the transport does not know it. Behind a proxy that says for whom it
   * speaks: where the client connected to.
   */
  readonly local: TransportAddress | undefined
  /** The client's or server's end that we talk to: behind a proxy that says whom it speaks for, theirs. */
  readonly remote: TransportAddress | undefined
  /**
   * The socket's other end: the proxy, where one says for whom it speaks, and otherwise what `remote`
   * is.
   */
  readonly peer: TransportAddress | undefined
  /** The PROXY protocol header that the connection began with; undefined when there was none. */
  readonly proxyHeader: ProxyHeader | undefined
  /** What was agreed on with the peer, and its certificate; undefined without TLS. */
  readonly tls: TlsSession | undefined
  /** Bytes received since the beginning. */
  readonly bytesRead: number
  /**
   * Bytes received since the beginning that the framing skipped: what lies between frames, as
   * `delimited(end, { start, between: 'skip' })` does, and frames that `oversize: 'discard'` drops.
   * They are counted in `bytesRead` as well.
   */
  readonly skipped: number
  /** Bytes accepted for sending since the beginning, framing included. */
  readonly bytesWritten: number
  /** Messages delivered since the beginning. */
  readonly messagesRead: number
  /** Messages accepted for sending since the beginning. */
  readonly messagesWritten: number
  /** Bytes accepted and not yet handed to the operating system. */
  readonly unsent: number
  /** Whether the outbox is below its high-water mark and our direction is open. */
  readonly canSend: boolean
  /** Where in its life the connection is. */
  readonly phase: ConnectionPhase
  /** How the connection ended. Always fulfils, never rejects. */
  readonly closed: Promise<CloseInfo>
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
   *   `HAWSER_CONNECTION_ENDED` (our direction has ended in order), `HAWSER_CONNECTION_CLOSED`
   */
  send(message: Out): Promise<void>
  /**
   * Send one message if there is room.
   *
   * @returns false, with nothing taken, when the outbox is above its high-water mark or our
   *   direction has ended
   * @throws FramingError when the framing cannot carry the message
   */
  trySend(message: Out): boolean
  /**
   * Settles when everything accepted until now was handed to the operating system.
   *
   * @returns rejects with `HAWSER_CONNECTION_CLOSED` when the connection ended before that
   */
  flush(): Promise<void>
  /**
   * End our direction (FIN) once the outbox has left. What the peer sends is still received.
   *
   * @returns settles as `flush()` does
   */
  end(): Promise<void>
  /**
   * End our direction, discard what still arrives, and close when the peer has ended too or
   * `lingerTimeout` is over. The outbox is sent before that.
   *
   * @returns fulfils as `closed` does
   * @throws OptionError
   */
  close(options?: EndOptions): Promise<CloseInfo>
  /**
   * Drop everything and tell the peer at once: RST on TCP (RFC 9293 section 3.5.3).
   *
   * @throws OptionError
   */
  reset(options?: EndOptions): void
  /**
   * Other limits for this connection from now on, as a peer asks for them when it logs in: MQTT's
   * keepalive, a session that is to last. Those left out stay as they are.
   *
   * @throws OptionError `HAWSER_INVALID_OPTION`
   */
  setTimeouts(timeouts: ConnectionTimeouts): this
  /**
   * Another limit of what the peer of this connection may send from now on, as when it has logged in:
   * of `messages`, `bytes` and `over`, those left out stay as they are. What is used up stays used up.
   *
   * @throws OptionError `HAWSER_INVALID_OPTION`
   */
  setRateLimit(limit: RateLimit): this
  /** Deliver no messages until `resume()`. Reading goes on until the inbox is full. */
  pause(): void
  /** Deliver messages again. */
  resume(): void
  /**
   * Become a member of a topic, and get what `server.to(topic)` sends. A closed connection joins none.
   *
   * @param topic 1–256 bytes of UTF-8
   * @returns whether it is a member now
   * @throws OptionError `HAWSER_INVALID_TOPIC`; StateError `HAWSER_TOO_MANY_TOPICS` (more than the
   *   server's `maxTopics`), `HAWSER_NO_GROUPS` (the connection was made by `connect`)
   */
  join(topic: string): boolean
  /**
   * Be a member no more. A connection that closes leaves all its topics by itself.
   *
   * @returns whether it was one
   * @throws StateError `HAWSER_NO_GROUPS`
   */
  leave(topic: string): boolean
  /** The topics it is a member of; of a closed one, those it was in at its end. */
  readonly topics: Topics
  /**
   * Keep the connection when its function handler settles: from now on you end it, or the peer does.
   * Its end still ends ours once all it sent was taken and the handler has settled.
   */
  detach(): this
  /**
   * Read and write with another framing from here on: messages not yet delivered are dropped, and
   * decoding begins again at the byte behind the last delivered one. What the old framing had begun
   * to discard of a frame too large is gone; the rest of that frame is read with the new one.
   *
   * A heartbeat ends here: its ping and `isPong` are of the old framing. The reply to a ping that left
   * before is a message like any other, so leave the heartbeat out where you agree on a framing.
   *
   * @returns this connection, typed for the new messages
   * @throws OptionError when the framing's `maxFrame` is larger than the inbox
   */
  switchFraming<NextIn, NextOut>(next: Framing<NextIn, NextOut>): Connection<NextIn, NextOut, Data>
  /**
   * Take `size` bytes past the framing, from the one behind the last message: a body whose size the message
   * announces. They come as they are asked for, so that a body of any size takes no more memory than the
   * `inbox`. The next message is the one behind them, and waits until they were taken. Leaving their loop
   * drops the rest as it arrives. Call it on the message, before the next is taken.
   *
   * While the peer owes bytes, `frameTimeout` and `minimumRate` hold as in a frame.
   *
   * @param size bytes; 0 has none. Stops: a peer that announces a size which is none ends its connection
   * @returns may be iterated once. Iterating rejects with FramingError `HAWSER_FRAME_TRUNCATED` (the peer
   *   ended in the middle), with `HAWSER_CONNECTION_CLOSED` where this side did, or with what ended the
   *   connection. An unhandled rejection does not end the process
   * @throws FramingError `HAWSER_FRAME_MALFORMED` when `size` is not a whole number from 0 to 2⁵³−1, and the
   *   connection ends; StateError `HAWSER_ALREADY_CONSUMED` under `batches()`, `readable`, `duplex()` and
   *   `relay`, which take messages ahead, and while the bytes before are still being taken
   */
  takeBytes(size: number): AsyncIterableIterator<Uint8Array, undefined>
  /**
   * Begin TLS on this connection, which has been in plain text until now (STARTTLS): as a server on
   * one from a server, as a client on one from `connect`. Reading stops at once, `reply` leaves, and
   * then the handshake is awaited; what is sent meanwhile leaves after it, under TLS. Call it on the
   * message that asks for TLS, before the next is taken; no stream may have been taken.
   *
   * @returns fulfils with what was agreed on. Rejects with StateError `HAWSER_TLS_UNAVAILABLE` or OptionError, and
   *   the connection goes on as it was; or with TlsError (`HAWSER_TLS_BUFFERED_PLAINTEXT`: the peer
   *   had sent more already, which an attacker in between may have injected, CVE-2011-0411
   *   `HAWSER_TLS_HANDSHAKE_FAILED`, `HAWSER_TLS_CERTIFICATE_INVALID`) or TimeoutError
   *   (`HAWSER_TLS_HANDSHAKE_TIMEOUT`), and the connection is reset. An unhandled rejection
   *   does not end the process.
   */
  startTls(options?: StartTlsOptions<Out>): Promise<TlsSession>
  /**
   * Wait for one message: a greeting, the reply to `STARTTLS`, the first line that says how to go on. It
   * takes the next message in the place of a handler object; a loop or a stream may follow. In
   * `onConnect` of a client or a pool, messages that no request waits for are kept for it.
   *
   * @returns rejects with TimeoutError `HAWSER_RECEIVE_TIMEOUT` or AbortedError `HAWSER_ABORTED`, and
   *   the message, should it come, goes to the next that asks; with `HAWSER_CONNECTION_CLOSED` where the
   *   peer ended first, or with what ended the connection; with StateError `HAWSER_ALREADY_CONSUMED`
   *   while a loop, a stream or a request takes the messages. An unhandled rejection does not end the
   *   process.
   */
  receive(options?: ReceiveOptions): Promise<In>
  /**
   * The messages, as they are asked for. The peer's FIN ends the loop, a reset throws from it.
   * Leaving the loop neither closes the connection nor loses a message; another may follow.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<In>
  /**
   * The messages as they are asked for, all that are there at a time, as an array of one or more
   * (256 at most): the loop for many small messages, since a promise for each costs more than all
   * else. Backpressure is by the array. Everything else is as with `for await` over the connection
   * `switchFraming` reads on behind the last message of the array.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  batches(): AsyncIterableIterator<In[]>
  /**
   * The messages as a WHATWG stream; cancelling it closes the connection.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  readonly readable: ReadableStream<In>
  /**
   * Where messages go, as a WHATWG stream; closing it ends our direction, aborting it resets. Once it
   * was taken, our direction stays open after the peer's end until you close it.
   */
  readonly writable: WritableStream<Out>
  /**
   * Both directions as a Node.js stream: of messages (object mode), or of plain bytes under
   * `raw()`. It allows half-open: after the peer's end, our direction stays open until you end it.
   *
   * @throws StateError `HAWSER_ALREADY_CONSUMED` while another consumer is live
   */
  duplex(): Duplex
  /** Keep the process alive while the connection is open (the default). */
  ref(): this
  /** Let the process end though the connection is open. */
  unref(): this
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** The topics of one connection: iterable, and countable. */
export interface Topics extends Iterable<string> {
  /** How many there are. */
  readonly size: number
  /** Whether this is one of them. */
  has(topic: string): boolean
}

/**
 * What a handler returns: nothing, a promise that is waited for, or anything else, which is dropped.
 *
 * It has to be `any`. `void | Promise<void>` refuses `(connection) => connection.join('news')`, `void`
 * refuses async functions under the rule `no-misused-promises`, and with `unknown` a handler cannot
 * name the server it is passed to: TypeScript would infer the one's type from the other's (TS7022).
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the reason is in the docstring
export type HandlerResult = any

/**
 * One object for all connections: the fast way to consume. No promise and no closure is made for a
 * message unless a method returns a promise.
 */
export interface HandlerObject<In, Out, Peer = Connection<In, Out>> {
  /** The connection is ready. Messages wait until a returned promise settles. */
  open?(connection: Peer): HandlerResult
  /** A message arrived. While a returned promise is pending the next one of this connection waits. */
  message?(connection: Peer, message: In): HandlerResult
  /** The outbox fell below its high-water mark again. */
  writable?(connection: Peer): HandlerResult
  /** The connection is gone; called once, last. */
  close?(connection: Peer, info: CloseInfo): HandlerResult
}
