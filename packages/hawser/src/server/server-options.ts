import {
  type ConnectionOptions,
  connectionNames,
} from '../connection/options/connection-options.js'
import type { HandlerObject, HandlerResult } from '../connection/face.js'
import { closeNames } from '../connection/options/close-options.js'
import type { CloseOptions, ServerConnection } from '../connection/server-face.js'
import type { HawserError } from '../errors.js'
import type { Network } from '../network.js'
import type { Framing } from '../framing/framing.js'
import type { NamesOf } from '../options/option-names.js'
import { type ConnectRate, connectRateNames } from '../policy/address/connect-rate.js'
import { heartbeatNames, type HeartbeatOptions } from '../policy/heartbeat.js'
import type { RefusalReason } from '../policy/connection-limit.js'
import type { Backplane, BackplaneCodec } from './backplane/backplane.js'
import { socketNames, type SocketOptions } from '../socket/socket-options.js'
import { tlsServerNames, type TlsServerOptions } from '../tls.js'
import { proxyProtocolNames, type ProxyProtocolOptions } from './accept/proxy-trust.js'

/**
 * Called once for each connection. When it returns, or the promise it returned settles, the
 * connection ends in order: what was sent leaves first. `connection.detach()` or taking a stream
 * keeps it open. If it throws, the connection ends with reason `handler-failed`.
 */
export type FunctionHandler<In, Out, Data = unknown> = (
  connection: ServerConnection<In, Out, Data>,
) => HandlerResult

/** What a server does with its connections: a function for each, or one object for all. */
export type Handler<In, Out, Data = unknown> =
  | FunctionHandler<In, Out, Data>
  | HandlerObject<In, Out, ServerConnection<In, Out, Data>>

/** Who may connect over TCP. A Unix socket is never filtered: its mode says who may. */
export interface AccessLists {
  /**
   * Only these: addresses, CIDR blocks, ranges (`10.0.0.1-10.0.0.9`), and names of files that hold
   * such, one a line with `#` for comments. Default: all. An empty list lets none in. `::/0` is
   * every IPv6 address and no IPv4 one; an IPv4 peer of an IPv6 socket counts as IPv4.
   */
  readonly allow?: readonly string[] | undefined
  /**
   * Not these, though they be on `allow`; written as there. Default: none. The excess is refused
   * with reason `denied`. Files are read at once, and again only with `server.setAccess`.
   */
  readonly deny?: readonly string[] | undefined
}

/** The names of the options in {@link AccessLists}. */
export const accessNames: NamesOf<AccessLists> = {
  allow: true,
  deny: true,
}

/** How a server is set up; every limit has a finite default. */
export interface ServerOptions<In, Out, Data = unknown>
  extends ConnectionOptions, SocketOptions, AccessLists {
  /** How bytes are cut into messages. Default `raw()`: each chunk as it arrives. */
  readonly framing?: Framing<In, Out> | undefined
  /**
   * Makes what `connection.data` is, before anything else sees the connection; its type is the type
   * of `data` everywhere. When it throws, or is async, the connection is closed with reason `handler-failed`, and no
   * handler sees it. Default: `data` is undefined until you set it.
   */
  readonly data?: ((connection: ServerConnection<In, Out>) => Data) | undefined
  /**
   * The most connections open at once; can be set while the server runs. Default 10 000; `Infinity`
   * leaves only the limit that file descriptors set. The excess is refused with reason `limit`.
   * Stops: exhaustion of memory and descriptors.
   */
  readonly maxConnections?: number | undefined
  /**
   * What becomes of a connection beyond `maxConnections`. `'refuse'`, the default, refuses it at once.
   * `'pause'` lets it wait, accepted but neither read from nor begun, until no more than 90 % of
   * `maxConnections` are open; those who wait are then let in in their order, up to the limit. At most
   * `backlog` wait, the excess is refused with reason `limit`. They count for `maxPerAddress` and for the
   * limit that file descriptors set. For a burst of peers that would only try again.
   */
  readonly atLimit?: 'refuse' | 'pause' | undefined
  /**
   * The most connections open at once from one address: IPv4, or the network of an IPv6 address
   * (`ipv6Prefix`).
   * Default `Infinity`, off: behind a proxy or a carrier's NAT thousands share one. The excess is
   * refused with reason `per-address`. Stops: one peer taking all of `maxConnections`.
   */
  readonly maxPerAddress?: number | undefined
  /**
   * Bits of an IPv6 address that `maxPerAddress` and `connectRate` tell peers apart by, 1 to 128. Default
   * 64, what one customer has (RFC 6177). 128 in a LAN, where a /64 has many hosts; 56 or 48 against one
   * that has more. Stops: a peer with a whole network of addresses taking the place of as many.
   */
  readonly ipv6Prefix?: number | undefined
  /**
   * New connections a second from one address, with a `burst` at once; a number alone has a burst of
   * a second's worth. Default `Infinity`, off. Counted by address as in `maxPerAddress`, in a table of
   * at most 65 536 addresses. The excess is refused with reason `rate`. Stops: a peer that connects
   * over and over.
   */
  readonly connectRate?: number | ConnectRate | undefined
  /**
   * The most connections that may wait for `for await (const connection of server)`. Default 128;
   * the excess is refused with reason `not-accepted`. Stops: a stuck accept loop hoarding sockets.
   */
  readonly maxWaiting?: number | undefined
  /**
   * Bytes all connections together may hold, beyond 64 KiB each way for each. Default 256 MiB;
   * `Infinity` is off. When it is used up, the connection without progress for the longest is reset
   * with reason `memory-full`. Stops: many slow peers together taking all memory.
   */
  readonly memory?: number | undefined
  /**
   * Finds out that a peer has vanished: sends `ping` every 15 s, and resets a connection of which nothing
   * came after two of them. It ends with `switchFraming`, whose framing may know another ping, and with
   * `end()`. Default: off; TCP keepalive notices after minutes. Stops: connections of peers that
   * vanished, each of which holds a place among `maxConnections`.
   */
  readonly heartbeat?: HeartbeatOptions<In, Out> | undefined
  /**
   * A message for those who are refused. They get a second to take it, and at most 16 at once do; the
   * others, and those refused for want of file descriptors, are closed without it. Default: none.
   */
  readonly goodbye?: Out | undefined
  /**
   * TLS on the endpoints written `tls://`, and on those without `tcp://` before them; on the others,
   * what `connection.startTls()` begins with. A connection in its handshake counts like an open one,
   * and is ended when the server closes. Default: none. Stops: everybody in between from reading and
   * changing what is sent.
   */
  readonly tls?: TlsServerOptions | undefined
  /**
   * Read whom a proxy speaks for, before TLS, on all endpoints. `connection.remote`, `allow`, `deny`,
   * `maxPerAddress` and `connectRate` are about that client then; a connection counts from accept. The
   * header of a peer that is not trusted is never looked at. Default: none is.
   */
  readonly proxyProtocol?: ProxyProtocolOptions | undefined
  /**
   * Topics that one connection may be a member of, with `connection.join`. Default 100; `Infinity` is
   * off. One more throws `HAWSER_TOO_MANY_TOPICS`. Stops: a peer that joins without end.
   */
  readonly maxTopics?: number | undefined
  /**
   * Joins this server with others, so that what is sent to topics, and `broadcast`, reaches their
   * connections too. Each server needs a node of its own, and closes it. Default: none.
   */
  readonly backplane?: Backplane | undefined
  /**
   * How messages become bytes between nodes; the same on all of them. Default: text as UTF-8, bytes
   * as they are, and everything else as JSON. Needed where messages are objects that JSON cannot
   * bring back.
   */
  readonly backplaneCodec?: BackplaneCodec<Out> | undefined
  /**
   * Bytes published that may wait for the backplane. Default 8 MiB; `Infinity` is off. Beyond it,
   * members on other nodes miss what is sent, and `onError` is told once with
   * `HAWSER_BACKPLANE_FULL`. Stops: a slow backplane taking all memory.
   */
  readonly backplaneQueue?: number | undefined
  /**
   * Connections the operating system queues before they are accepted (listen(2)), and that wait for
   * room under `atLimit: 'pause'`. Default 511.
   */
  readonly backlog?: number | undefined
  /**
   * Where the server listens: a network in memory, such as that of `hawser/testing`. TLS works
   * where it says that it `speaksTls`, and `proxyProtocol` does not. Default: the operating system's
   * network.
   */
  readonly network?: Network | undefined
  /**
   * Told of every exception out of a handler or out of a listener of `connection` or `drop`, and of
   * what goes wrong on an endpoint after it is listened on. Without it, and without an `'error'` listener, the
   * first one is shown as a process warning.
   */
  readonly onError?:
    | ((error: HawserError, connection: ServerConnection<In, Out, Data> | undefined) => void)
    | undefined
  /** Closes the server when it fires. */
  readonly signal?: AbortSignal | undefined
}

/** The names of the options in {@link ServerOptions}. */
export const serverNames: NamesOf<ServerOptions<unknown, unknown>> = {
  ...connectionNames,
  ...socketNames,
  ...accessNames,
  framing: true,
  data: 'function',
  maxConnections: true,
  atLimit: true,
  maxPerAddress: true,
  ipv6Prefix: true,
  connectRate: connectRateNames,
  maxWaiting: true,
  memory: true,
  heartbeat: heartbeatNames,
  goodbye: true,
  tls: tlsServerNames,
  proxyProtocol: proxyProtocolNames,
  maxTopics: true,
  backplane: true,
  backplaneCodec: true,
  backplaneQueue: true,
  backlog: true,
  network: true,
  onError: 'function',
  signal: 'signal',
}

/** A connection that was refused. */
export interface Refusal {
  /** Why. */
  readonly reason: RefusalReason
  /** How many connections were open, or in their handshake; for `per-address` from its address. */
  readonly connections: number
  /**
   * The limit it met: connections, for `not-accepted` connections waiting, for `rate` connections a
   * second; 0 where there is no number.
   */
  readonly limit: number
  /** The peer's address; on a Unix socket its path. */
  readonly remoteAddress: string | undefined
  /** The peer's port; undefined on a Unix socket. */
  readonly remotePort: number | undefined
  /** `IPv4`, `IPv6` or `unix`. */
  readonly remoteFamily: string | undefined
  /** The address of ours that it came to; on a Unix socket its path. */
  readonly localAddress: string | undefined
  /** The port of ours that it came to; undefined on a Unix socket. */
  readonly localPort: number | undefined
  /** `IPv4`, `IPv6` or `unix`. */
  readonly localFamily: string | undefined
  /** What was wrong with how it began: its TLS handshake, say. */
  readonly error?: HawserError | undefined
}

/** How a server closes. */
export interface ServerCloseOptions<In, Out, Data = unknown> extends CloseOptions {
  /**
   * Called for each open connection before it is drained: the place to say goodbye. Only the first
   * call of `close` counts here. What it throws or rejects with ends that connection (`handler-failed`).
   */
  readonly onDrain?: ((connection: ServerConnection<In, Out, Data>) => HandlerResult) | undefined
}

/** The names of the options in {@link ServerCloseOptions}. */
export const serverCloseNames: NamesOf<ServerCloseOptions<unknown, unknown>> = {
  ...closeNames,
  onDrain: 'function',
}
