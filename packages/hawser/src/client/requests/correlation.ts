import type { NamesOf } from '../../options/option-names.js'
import type { Pending } from './pending.js'

/** Replies come in the order of their requests, as in Redis, SMTP or Memcached. The default. */
export interface OrderedReplies<In> {
  /**
   * Whether the server pushed a message, so that it is no reply. Default: none does, unless it comes while
   * no request is waiting.
   */
  readonly isPush?: ((message: In) => boolean) | undefined
}

/** A request that carries an id. */
export interface Identified<Out> {
  /** What is sent. */
  readonly message: Out
  /** What its reply will repeat. */
  readonly id: string | number | bigint
}

/** Requests carry an id, and each reply repeats that of its request, in any order. */
export interface IdentifiedReplies<In, Out> {
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

/** How replies find their requests. */
export type Correlation<In, Out> = OrderedReplies<In> | IdentifiedReplies<In, Out>

/** The names in a {@link Correlation} of either kind. */
export const correlationNames: NamesOf<
  OrderedReplies<unknown> & IdentifiedReplies<unknown, unknown>
> = {
  isPush: 'function',
  identify: 'function',
  idOf: 'function',
}

/**
 * What became of a message: it settled a request; its request had been given up; it is no reply
 * (`push`); or it can only mean that both sides are out of step.
 */
export type Verdict = 'reply' | 'late' | 'push' | 'unexpected'

/** Remembers which requests of one connection wait for their reply. */
export interface Correlator<In, Out> {
  /** Places taken: requests that wait, and those given up whose reply may still come. */
  readonly size: number
  /** The requests that wait. */
  readonly waiting: Iterable<Pending<In>>
  /**
   * Prepare a request, and let it know the id it has got.
   *
   * @returns what to send; call `commit` when it was
   * @throws what `identify` throws
   */
  prepare(message: Out, pending: Pending<In>): Out
  /** It was sent. */
  commit(pending: Pending<In>): void
  /** A message arrived. */
  receive(message: In): Verdict
  /** A request that was sent is not waited for any more. */
  giveUp(pending: Pending<In>): void
}
