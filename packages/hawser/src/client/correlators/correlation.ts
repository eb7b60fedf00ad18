import type { NamesOf } from '../../options/option-names.js'
import type { Pending, Source } from './pending.js'

/** Replies come in the order of their requests, as in Redis, SMTP or Memcached. The default. */
export interface OrderedReplies<In> {
  /**
   * Whether the server pushed a message, so that it is no reply. Default: none is.
   */
  readonly isPush?: ((message: In) => boolean) | undefined
  /**
   * What a message is that comes while no request waits, and that `isPush` does not know. Once there was
   * a request on the connection, it can be a second reply to it, after which all are off by one: so by
   * default the connection is reset with `HAWSER_UNEXPECTED_REPLY`. `'push'`: it is delivered like
   * other pushed messages. Before the first request it is always a push.
   */
  readonly unsolicited?: 'push' | undefined
}

/** A request that carries an id. */
export interface Identified<Out> {
  /** What is sent. */
  readonly message: Out
  /** What its reply will repeat. */
  readonly id: string | number | bigint
}

/**
 * Requests carry an id, and each reply repeats that of its request, in any order. An id is never used
 * again, so nothing rests: for ids of few bytes there is {@link NumberedReplies}.
 */
export interface IdentifiedReplies<In, Out> {
  readonly ids?: undefined
  readonly isPush?: undefined
  readonly unsolicited?: undefined
  /**
   * Give a request its id.
   *
   * @param sequence 1, 2, 3, …: an id that is not in use on this connection
   * @returns the message to send, and its id, which may as well be one that it had
   */
  readonly identify: (message: Out, sequence: number) => Identified<Out>
  /** The id of the request that a message is the reply to; undefined when the server pushed it. */
  readonly idOf: (message: In) => string | number | bigint | undefined
}

/** The ids that requests may carry. */
export interface IdRange {
  /** The lowest: a whole number. */
  readonly from: number
  /** The highest, itself included. */
  readonly to: number
  /** One of them that the protocol keeps for messages that are no reply. No request gets it. */
  readonly unsolicited?: number | undefined
}

/**
 * Requests carry an id out of a range, such as a byte or two in a frame of fixed form (Modbus TCP, DNS,
 * MQTT), and each reply repeats that of its request, in any order. Ids are taken in turn among those that
 * are free. That of a request that was given up rests until its reply came or the connection ended, so
 * that its late reply settles no other request. While none is free, requests wait. When every one of
 * them rests for as long as `requestTimeout`, the connection is reset.
 */
export interface NumberedReplies<In, Out> {
  readonly isPush?: undefined
  readonly unsolicited?: undefined
  /** The ids there are. */
  readonly ids: IdRange
  /** Put an id into a request: returns what is sent. */
  readonly identify: (message: Out, id: number) => Out
  /** The id of the request that a message is the reply to; undefined when the server pushed it. */
  readonly idOf: (message: In) => number | undefined
}

/** How replies find their requests. */
export type Correlation<In, Out> =
  | OrderedReplies<In>
  | IdentifiedReplies<In, Out>
  | NumberedReplies<In, Out>

/** The names in a {@link Correlation} of either kind. */
export const correlationNames: NamesOf<
  OrderedReplies<unknown> & Omit<NumberedReplies<unknown, unknown>, 'ids'> & { ids: IdRange }
> = {
  ids: { from: true, to: true, unsolicited: true },
  isPush: 'function',
  unsolicited: true,
  identify: 'function',
  idOf: 'function',
}

/**
 * What became of a message: it settled a request; more of its reply is to come, and nothing is read while
 * a promise of it is not settled; its request had been given up; it is no reply (`push`); or it can
 * only mean that both sides are out of step.
 */
export type Verdict = 'reply' | 'part' | Promise<void> | 'late' | 'push' | 'unexpected'

/** Remembers which requests of one connection wait for their reply. */
export interface Correlator<In, Out> {
  /** Requests that wait, and those given up whose late reply would be taken for that of another. */
  readonly size: number
  /** Whether there is no place for another request. */
  readonly isFull: boolean
  /** The request whose reply is the next that can come; undefined where replies come in any order. */
  readonly first: Pending<In, unknown> | undefined
  /** The requests that wait. */
  readonly waiting: Iterable<Pending<In, unknown>>
  /**
   * Prepare a request, and let it know the id it has got.
   *
   * @returns what to send; call `commit` when it was, and `cancel` otherwise
   * @throws what `identify` throws
   */
  prepare(message: Out, pending: Pending<In, unknown>): Out
  /** It was sent. */
  commit(pending: Pending<In, unknown>): void
  /** It was not sent. */
  cancel(pending: Pending<In, unknown>): void
  /** A message arrived. */
  receive(message: In, source: Source): Verdict
  /** A request that was sent is not waited for any more. */
  giveUp(pending: Pending<In, unknown>): void
}
