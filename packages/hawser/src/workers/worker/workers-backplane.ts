import process from 'node:process'
import { OptionError } from '../../errors.js'
import type { Backplane, BackplaneListener } from '../../server/backplane/backplane.js'
import { findMember, type Member } from './member.js'
import type { PrimaryMessage } from '../protocol.js'

/**
 * A backplane between the workers of one machine: what a server sends to a topic, or broadcasts,
 * reaches the members at the other workers too, over messages through the primary. Make one for each
 * server.
 *
 * A worker that does not keep up with what the others publish misses messages: at most `maxQueuedBytes`
 * wait for it in the primary; what is above is dropped and counted in `info().workers`.
 *
 * ```ts
 * const server = createServer({ framing: lines(), backplane: workersBackplane() })
 * ```
 *
 * @returns undefined when this process is not a worker: it is alone then
 */
export function workersBackplane(): Backplane | undefined {
  const member = findMember()
  return member === undefined ? undefined : new WorkersBackplane(member)
}

let nodes = 0

class WorkersBackplane implements Backplane {
  readonly nodeId: string
  readonly #member: Member
  #listener: BackplaneListener | undefined
  readonly #topics = new Set<string>()
  #stop: (() => void) | undefined

  constructor(member: Member) {
    nodes += 1
    this.#member = member
    this.nodeId = `worker-${member.setup.slot}-${process.pid}-${nodes}`
  }

  open(listener: BackplaneListener): void {
    if (this.#stop !== undefined) {
      throw new OptionError(
        'HAWSER_INVALID_OPTION',
        `the backplane node ${this.nodeId} has a server: call workersBackplane() for each`,
      )
    }
    this.#listener = listener
    this.#stop = this.#member.onPublished(this.nodeId, (message) => this.#take(message))
  }

  async subscribe(topic: string): Promise<void> {
    this.#topics.add(topic)
    await this.#member.primary.ask({ hawser: 'subscribe', node: this.nodeId, topic })
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic)
    void this.#member.primary.say({ hawser: 'unsubscribe', node: this.nodeId, topic })
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    return this.#member.primary.say({ hawser: 'publish', node: this.nodeId, topic, message })
  }

  close(): void {
    for (const topic of this.#topics) this.unsubscribe(topic)
    this.#listener = undefined
    this.#stop?.()
  }

  #take({ topic, message, from }: PrimaryMessage & { hawser: 'published' }): void {
    if (this.#topics.has(topic)) this.#listener?.message(topic, message, from)
  }
}
