import process from 'node:process'
import { OptionError } from '../../errors.js'
import type { Backplane, BackplaneListener } from '../../server/backplane/backplane.js'
import { findMember, type Member } from './member.js'
import { NodeSubscriptions } from './node-subscriptions.js'
import type { PostNode, Published } from './post.js'

/**
 * A backplane between the workers of one machine: what a server sends to a topic, or broadcasts,
 * reaches the members at the other workers too, over messages through the primary. Make one for each
 * server.
 *
 * What is sent in one turn of the event loop leaves at its end, together. A worker that does not keep up
 * with what the others publish misses messages: at most `maxQueuedBytes` wait for it in the primary; what
 * is above is dropped and counted in `info().workers`. At most `backplaneQueue` wait in a worker for the
 * primary; what is above is counted as `lost` in `server.info().backplane`.
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

/** What a worker's node needs of its process. */
type NodeHome = Pick<Member, 'post'> & { readonly setup: Pick<Member['setup'], 'slot'> }

/** One server's node among those of all workers. */
export class WorkersBackplane implements Backplane, PostNode {
  readonly nodeId: string
  readonly #member: NodeHome
  #listener: BackplaneListener | undefined
  readonly #topics = new NodeSubscriptions()
  #isOpen = false

  constructor(member: NodeHome) {
    nodes += 1
    this.#member = member
    this.nodeId = `worker-${member.setup.slot}-${process.pid}-${nodes}`
  }

  /** Of all servers of this worker together. */
  get queued(): number {
    return this.#member.post.size
  }

  get connected(): boolean {
    return process.connected
  }

  open(listener: BackplaneListener): void {
    if (this.#isOpen) {
      throw new OptionError(
        'HAWSER_INVALID_OPTION',
        `the backplane node ${this.nodeId} has a server: call workersBackplane() for each`,
      )
    }
    this.#listener = listener
    this.#isOpen = true
    this.#member.post.add(this)
  }

  nodes(): Iterable<string> | undefined {
    return this.#member.post.all?.filter((each) => each !== this.nodeId)
  }

  subscribe(topic: string): void {
    this.#topics.add(topic)
    this.#member.post.changed()
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic)
    this.#member.post.changed()
  }

  publish(topic: string, message: Uint8Array): void {
    this.#member.post.publish(this.nodeId, topic, message)
  }

  async close(): Promise<void> {
    const { post } = this.#member
    this.#listener = undefined
    this.#topics.clear()
    post.changed()
    await post.emptied()
    post.remove(this)
  }

  changes(): Iterable<readonly [topic: string, isWanted: boolean]> {
    return this.#topics.changes()
  }

  take({ topic, message, from }: Published): void {
    if (this.#topics.has(topic)) this.#listener?.message(topic, message, from)
  }
}
