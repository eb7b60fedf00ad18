import type { Connection } from '../connection/connection.js'
import type { Groups } from './groups.js'
import type { BroadcastOptions } from './options.js'
import { assertTopic } from './topic-name.js'

/** The members of one topic or several: iterable, and countable, those of this server. */
export class Group<In, Out> implements Iterable<Connection<In, Out>> {
  readonly #groups: Groups<In, Out>
  readonly #topics: readonly string[]

  /** @internal Made by `server.to()`. */
  constructor(groups: Groups<In, Out>, topics: string | readonly string[]) {
    this.#groups = groups
    this.#topics = typeof topics === 'string' ? [topics] : [...new Set(topics)]
    for (const topic of this.#topics) assertTopic(topic)
  }

  /** How many connections of this server are members now. */
  get size(): number {
    return this.#groups.membersOf(this.#topics).size
  }

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
  send(message: Out, options: BroadcastOptions<In, Out> = {}): number {
    return this.#topics.length === 0 ? 0 : this.#groups.send(this.#topics, message, options)
  }

  /** The members on this server. */
  *[Symbol.iterator](): Iterator<Connection<In, Out>> {
    for (const { connection } of this.#groups.membersOf(this.#topics)) yield connection
  }
}
