import type { BackplaneMessage } from '../protocol.js'
import type { WorkerProcess } from './worker-process.js'

interface Node {
  readonly worker: WorkerProcess
  readonly topics: Set<string>
}

/** Bytes a message takes besides its own, about. */
const overhead = 256

/** Passes what one worker publishes on to the others that are subscribed, in the primary. */
export class NodeRelay {
  readonly #nodes = new Map<string, Node>()
  readonly #subscribers = new Map<string, Set<string>>()

  /** A worker's node subscribes or publishes. */
  heard(worker: WorkerProcess, message: BackplaneMessage): void {
    const { node: nodeId, topic } = message
    switch (message.hawser) {
      case 'subscribe': {
        this.#nodeOf(worker, nodeId).topics.add(topic)
        const subscribers = this.#subscribers.get(topic)
        if (subscribers === undefined) this.#subscribers.set(topic, new Set([nodeId]))
        else subscribers.add(nodeId)
        worker.answer(message.id, undefined)
        return
      }
      case 'unsubscribe':
        this.#nodes.get(nodeId)?.topics.delete(topic)
        this.#unsubscribe(nodeId, topic)
        return
      case 'publish':
        this.#publish(nodeId, topic, message.message)
    }
  }

  /** A worker is gone, and its nodes with it. */
  gone(worker: WorkerProcess): void {
    for (const [nodeId, node] of this.#nodes) {
      if (node.worker !== worker) continue
      for (const topic of node.topics) this.#unsubscribe(nodeId, topic)
      this.#nodes.delete(nodeId)
    }
  }

  #nodeOf(worker: WorkerProcess, nodeId: string): Node {
    let node = this.#nodes.get(nodeId)
    if (node === undefined) {
      node = { worker, topics: new Set() }
      this.#nodes.set(nodeId, node)
    }
    return node
  }

  #unsubscribe(nodeId: string, topic: string): void {
    const subscribers = this.#subscribers.get(topic)
    if (subscribers?.delete(nodeId) === true && subscribers.size === 0) {
      this.#subscribers.delete(topic)
    }
  }

  #publish(from: string, topic: string, message: Uint8Array): void {
    for (const nodeId of this.#subscribers.get(topic) ?? []) {
      if (nodeId === from) continue
      const worker = this.#nodes.get(nodeId)?.worker
      const parcel = { hawser: 'published', node: nodeId, topic, message, from } as const
      worker?.say(parcel, message.length + overhead)
    }
  }
}
