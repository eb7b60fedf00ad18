import { Buffer } from 'node:buffer'
import { setImmediate } from 'node:timers'
import { kinds, type Parcel, readParcels } from '../parcels.js'

/** The part of a worker that is used here. */
interface Reachable {
  /** Bring a parcel to it, or drop it. */
  pass(bytes: Uint8Array): void
}

interface Node<Worker> {
  readonly worker: Worker
  readonly topics: Set<string>
}

/** Bytes from which a parcel is kept for all that get it, and not copied into their batches. */
const large = 32 * 1024

/** Passes what one worker publishes on to the others that are subscribed, in the primary. */
export class NodeRelay<Worker extends Reachable> {
  readonly #nodes = new Map<string, Node<Worker>>()
  /** What was published in this turn. */
  readonly #published: Parcel[] = []
  /** For each topic, the nodes that are subscribed, by their workers. */
  readonly #subscribers = new Map<string, Map<Worker, Set<string>>>()
  readonly #changed: () => void

  /** @param changed called when a node came or went */
  constructor(changed: () => void = () => undefined) {
    this.#changed = changed
  }

  /** The names of all nodes. */
  get nodes(): readonly string[] {
    return [...this.#nodes.keys()]
  }

  /** A worker's nodes subscribe and publish. */
  heard(worker: Worker, batch: Uint8Array): void {
    for (const parcel of readParcels(batch)) {
      const { kind, node, topic } = parcel
      if (kind === kinds.publish) this.#publishLater(parcel)
      else if (kind === kinds.subscribe) this.#subscribe(worker, node, topic)
      else {
        const topics = this.#nodes.get(node)?.topics
        topics?.delete(topic)
        this.#unsubscribe(worker, node, topic)
        if (topics?.size === 0) this.#remove(node)
      }
    }
  }

  /**
   * Once all that has arrived was read: a worker may have told of a subscription before another one
   * published because of it, and the two channels are read in any order.
   */
  #publishLater(parcel: Parcel): void {
    if (this.#published.push(parcel) > 1) return
    setImmediate(() => {
      for (const published of this.#published.splice(0)) this.#publish(published)
    })
  }

  /** A worker is gone, and its nodes with it. */
  gone(worker: Worker): void {
    for (const [nodeId, node] of this.#nodes) {
      if (node.worker !== worker) continue
      for (const topic of node.topics) this.#unsubscribe(worker, nodeId, topic)
      this.#remove(nodeId)
    }
  }

  /** As long as it is there, a node is subscribed to what is for everybody. */
  #remove(nodeId: string): void {
    if (this.#nodes.delete(nodeId)) this.#changed()
  }

  #subscribe(worker: Worker, nodeId: string, topic: string): void {
    let node = this.#nodes.get(nodeId)
    if (node === undefined) {
      node = { worker, topics: new Set() }
      this.#nodes.set(nodeId, node)
      this.#changed()
    }
    node.topics.add(topic)
    let workers = this.#subscribers.get(topic)
    if (workers === undefined) {
      workers = new Map()
      this.#subscribers.set(topic, workers)
    }
    const nodes = workers.get(worker)
    if (nodes === undefined) workers.set(worker, new Set([nodeId]))
    else nodes.add(nodeId)
  }

  #unsubscribe(worker: Worker, nodeId: string, topic: string): void {
    const workers = this.#subscribers.get(topic)
    const nodes = workers?.get(worker)
    if (nodes?.delete(nodeId) !== true || nodes.size > 0) return
    workers?.delete(worker)
    if (workers?.size === 0) this.#subscribers.delete(topic)
  }

  #publish({ node: from, topic, bytes }: Parcel): void {
    // What is kept for a while must not keep the whole batch.
    const parcel = bytes.length < large ? bytes : Buffer.from(bytes)
    for (const [worker, nodes] of this.#subscribers.get(topic) ?? []) {
      if (nodes.size > 1 || !nodes.has(from)) worker.pass(parcel)
    }
  }
}
