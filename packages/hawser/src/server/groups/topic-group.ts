import type {
  BroadcastOptions,
  CountOptions,
  Group,
  HeadCount,
  ServerConnection,
} from '../../connection/server-face.js'
import type { Groups } from './groups.js'
import { assertTopic } from './topic-name.js'

/** What `server.to()` returns. */
export class TopicGroup<In, Out, Data> implements Group<In, Out, Data> {
  readonly #groups: Groups<In, Out>
  readonly #topics: readonly string[]

  constructor(groups: Groups<In, Out>, topics: string | readonly string[]) {
    this.#groups = groups
    this.#topics = typeof topics === 'string' ? [topics] : [...new Set(topics)]
    for (const topic of this.#topics) assertTopic(topic)
  }

  get size(): number {
    return this.#groups.membersOf(this.#topics).size
  }

  send(message: Out, options: BroadcastOptions<In, Out, Data> = {}): number {
    if (this.#topics.length === 0) return 0
    return this.#groups.send(this.#topics, message, options)
  }

  count(options: CountOptions = {}): Promise<HeadCount> {
    return this.#groups.count(this.#topics, options)
  }

  *[Symbol.iterator](): Iterator<ServerConnection<In, Out, Data>> {
    for (const { connection } of this.#groups.membersOf(this.#topics)) {
      yield connection as ServerConnection<In, Out, Data>
    }
  }
}
