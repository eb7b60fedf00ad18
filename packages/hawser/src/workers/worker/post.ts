import { Buffer } from 'node:buffer'
import process from 'node:process'
import { Outgoing } from '../outgoing.js'
import { kinds, makeParcel, readParcels } from '../parcels.js'
import type { PrimaryLink } from './primary-link.js'

/** Bytes of subscriptions that go in one batch. */
const mostSubscriptions = 64 * 1024

/** What another worker's node published. */
export interface Published {
  readonly topic: string
  readonly message: Uint8Array
  readonly from: string
}

/** One node, as the post sees it. */
export interface PostNode {
  readonly nodeId: string
  /**
   * The subscriptions that the primary must hear of, each once: whether it exists. Those that are
   * handed out are taken as told.
   */
  changes(): Iterable<readonly [topic: string, isWanted: boolean]>
  take(message: Published): void
}

/** What the nodes of this process and those of other workers say to each other. */
export class Post {
  /** The nodes of all workers, this one included, once the primary has told. */
  all: readonly string[] | undefined
  readonly #nodes = new Map<string, PostNode>()
  readonly #outgoing: Outgoing

  constructor(primary: PrimaryLink) {
    this.#outgoing = new Outgoing({
      send: (bytes, done) => void primary.say({ hawser: 'parcels', bytes }).then(done),
      urgent: () => this.#subscriptions(),
    })
  }

  /** Bytes that have not left this process. */
  get size(): number {
    return this.#outgoing.size
  }

  add(node: PostNode): void {
    this.#nodes.set(node.nodeId, node)
  }

  remove(node: PostNode): void {
    this.#nodes.delete(node.nodeId)
  }

  /** A node's subscriptions have changed: the primary hears of it when the code that runs now is done. */
  changed(): void {
    this.#outgoing.hurry()
  }

  publish(node: string, topic: string, message: Uint8Array): void {
    if (process.connected) this.#outgoing.push(makeParcel(kinds.publish, node, topic, message))
  }

  /** Fulfils when all has left. */
  emptied(): Promise<void> {
    return this.#outgoing.emptied()
  }

  /** A batch of what others published. */
  heard(batch: Uint8Array): void {
    for (const { node: from, topic, message } of readParcels(batch)) {
      for (const node of this.#nodes.values()) {
        if (node.nodeId !== from) node.take({ topic, message, from })
      }
    }
  }

  /** Before what waits to be published: who is subscribed first gets the replies to it. */
  #subscriptions(): Uint8Array | undefined {
    const parcels = []
    let size = 0
    for (const node of this.#nodes.values()) {
      for (const [topic, isWanted] of node.changes()) {
        const kind = isWanted ? kinds.subscribe : kinds.unsubscribe
        const parcel = makeParcel(kind, node.nodeId, topic)
        parcels.push(parcel)
        size += parcel.size
        if (size >= mostSubscriptions) break
      }
      if (size >= mostSubscriptions) break
    }
    if (size === 0) return undefined
    const batch = Buffer.allocUnsafeSlow(size)
    let at = 0
    for (const parcel of parcels) {
      parcel.writeTo(batch, at)
      at += parcel.size
    }
    return batch
  }
}
