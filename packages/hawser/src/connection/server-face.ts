import type { ServerInfo } from '../observe/server-info.js'
import type { Connection } from './face.js'

// Types only: what a connection and its handlers see of their server.

/** A connection as its server's handlers see it. */
export interface ServerConnection<
  In = Uint8Array,
  Out = Uint8Array | string,
  Data = unknown,
> extends Connection<In, Out, Data> {
  /** The server that accepted it. */
  readonly server: ConnectionServer<In, Out, Data>
}

/** What a connection's handlers see of their server, as `connection.server`; `Server` is one. */
export interface ConnectionServer<In = Uint8Array, Out = Uint8Array | string, Data = unknown> {
  /** The open connections. */
  readonly connections: Connections<In, Out, Data>
  /** Send one message on every connection; see `Server.broadcast`. */
  broadcast(message: Out, options?: BroadcastOptions<In, Out, Data>): number
  /** The members of a topic, or of several; see `Server.to`. */
  to(topics: string | readonly string[]): Group<In, Out, Data>
  /** The server's state and counts at this moment. */
  info(): ServerInfo
  /**
   * Stop accepting, drain the connections and end them; see `Server.close`. A handler that awaits it is
   * at work itself, so its own connection ends by force.
   */
  close(options?: CloseOptions): Promise<CloseResult>
}

/** The open connections of a server: iterable, and countable. */
export interface Connections<In, Out, Data = unknown> extends Iterable<
  ServerConnection<In, Out, Data>
> {
  /** How many are open. */
  readonly size: number
  /** Whether this connection is open on this server. */
  has(connection: Connection<In, Out, Data>): boolean
}

/** The members of one topic or several: iterable, and countable, those of this server. */
export interface Group<In, Out, Data = unknown> extends Iterable<ServerConnection<In, Out, Data>> {
  /** How many connections of this server are members now. */
  readonly size: number
  /**
   * Send one message to every member, once, though it be in several of the topics. It is encoded
   * once for each framing among them and leaves, with whatever else is sent to that member in this
   * turn, in one system call. A send never waits for a slow one: `overflow` says what happens to it.
   *
   * With a backplane it goes to the members on other nodes as well, at most once, unless a `filter`
   * or `local` keeps it here.
   *
   * @returns how many connections of this server took it. Those of other nodes are not known: 0 says
   *   only that there is no member here
   * @throws FramingError when the framing of a member cannot carry the message; OptionError
   */
  send(message: Out, options?: BroadcastOptions<In, Out, Data>): number
  /**
   * How many connections are members, on this node and on all others of the backplane: each node is
   * asked, and one that is there and does not reply in time is named.
   *
   * @returns rejects with OptionError, or with BackplaneError `HAWSER_BACKPLANE_FAILED` when the other
   *   nodes cannot be asked
   */
  count(options?: CountOptions): Promise<HeadCount>
}

/** How members are counted on all nodes. */
export interface CountOptions {
  /**
   * Milliseconds that the other nodes have to reply. Default 1,000. There is no `Infinity`: one node
   * that hangs would be waited for.
   */
  readonly timeout?: number | undefined
}

/** How many members topics have on all nodes. */
export interface HeadCount {
  /** Connections that are members, on this node and on those that replied. */
  readonly members: number
  /** The names of nodes that are there and did not reply in time, as far as the backplane knows. */
  readonly silent: readonly string[]
}

/** How one message for many is sent: with `broadcast`, and with `send` of `server.to()`. */
export interface BroadcastOptions<In, Out, Data = unknown> {
  /** Who does not get it: the sender, usually. */
  readonly except?: Connection<In, Out, Data> | Iterable<Connection<In, Out, Data>> | undefined
  /**
   * Who gets it. A function cannot travel: with a filter, nothing is sent to other nodes of a
   * backplane.
   */
  readonly filter?: ((connection: ServerConnection<In, Out, Data>) => boolean) | undefined
  /**
   * What happens to one that reads too slowly. `reset`: it gets everything, until its outbox is full,
   * and is then reset, as by `send`; what it has got by then has no gap. `skip`: while its outbox is
   * above its high-water mark it does not get the message, and `server.info().skipped` counts that;
   * for what the next message replaces, such as positions and prices. Default `reset`.
   */
  readonly overflow?: 'reset' | 'skip' | undefined
  /** Send nothing to other nodes of a backplane. Default false. */
  readonly local?: boolean | undefined
}

/** How a server, workers, a client or a pool closes. */
export interface CloseOptions {
  /**
   * Milliseconds for what is under way to finish. Default 15 000; 0 ends it by force; `Infinity` waits
   * for all of it.
   */
  readonly drain?: number | undefined
  /** Ends the drain early. */
  readonly signal?: AbortSignal | undefined
}

/** How a client or a pool closes. */
export interface ClientCloseOptions extends CloseOptions {
  /**
   * Why: what waits is rejected with it as the cause, and so is what is asked for later. The drain is 0
   * by default then. Default: none.
   */
  readonly error?: Error | undefined
}

/**
 * How it closed: connections of a server or of workers; requests and messages of a client; leases of a
 * pool.
 */
export interface CloseResult {
  /** How many finished: connections that ended by themselves or at rest, replies that came, … */
  readonly drained: number
  /** How many were cut off when the drain's time was up. */
  readonly forced: number
}
