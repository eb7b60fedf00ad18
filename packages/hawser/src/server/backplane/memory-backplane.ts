import { setImmediate } from 'node:timers'
import { invalid } from '../../options/invalid.js'
import type { Backplane, BackplaneListener } from './backplane.js'

/** Joins servers of one process: see {@link memoryBackplane}. */
export interface MemoryBackplane {
  /**
   * A node of it, for one server.
   *
   * @param id its name; default `node-1`, `node-2`, …
   * @throws OptionError when an open node has that name
   */
  node(id?: string): Backplane
}

/**
 * A backplane within the process: for several servers with the same members' topics, such as one for
 * each framing, and for tests. What is published arrives in a later turn of the event loop, as it
 * would from another machine.
 *
 * ```ts
 * const backplane = memoryBackplane()
 * const chat = createServer({ framing: lines(), backplane: backplane.node() })
 * const feed = createServer({ framing: jsonLines(), backplane: backplane.node() })
 * ```
 */
export function memoryBackplane(): MemoryBackplane {
  const hub = new Hub()
  let count = 0
  return {
    node(id) {
      count += 1
      return new MemoryNode(hub, id ?? `node-${count}`)
    },
  }
}

interface Parcel {
  readonly topic: string
  readonly message: Uint8Array
  readonly from: string
}

/** The nodes that are open, and what is on its way between them. */
class Hub {
  readonly #nodes = new Map<string, MemoryNode>()
  #parcels: Parcel[] = []
  #delivery: Promise<void> | undefined

  add(node: MemoryNode): void {
    if (this.#nodes.has(node.nodeId)) {
      throw invalid(
        'backplane',
        `is the node ${node.nodeId}, which has a server already: give every server a node of its own`,
      )
    }
    this.#nodes.set(node.nodeId, node)
  }

  remove(node: MemoryNode): void {
    if (this.#nodes.get(node.nodeId) === node) this.#nodes.delete(node.nodeId)
  }

  /** The open nodes but this one. */
  *others(nodeId: string): Iterable<string> {
    for (const each of this.#nodes.keys()) if (each !== nodeId) yield each
  }

  /** @returns fulfils when it has arrived, with all that was sent in the same turn */
  send(parcel: Parcel): Promise<void> {
    this.#parcels.push(parcel)
    this.#delivery ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#deliver()
        resolve()
      })
    })
    return this.#delivery
  }

  #deliver(): void {
    const parcels = this.#parcels
    this.#parcels = []
    this.#delivery = undefined
    for (const { topic, message, from } of parcels) {
      for (const node of this.#nodes.values()) {
        if (node.nodeId !== from) node.take(topic, message, from)
      }
    }
  }
}

class MemoryNode implements Backplane {
  readonly nodeId: string
  readonly #hub: Hub
  readonly #topics = new Set<string>()
  #listener: BackplaneListener | undefined

  constructor(hub: Hub, nodeId: string) {
    this.#hub = hub
    this.nodeId = nodeId
  }

  open(listener: BackplaneListener): void {
    this.#hub.add(this)
    this.#listener = listener
  }

  nodes(): Iterable<string> {
    return this.#hub.others(this.nodeId)
  }

  subscribe(topic: string): void {
    this.#topics.add(topic)
  }

  unsubscribe(topic: string): void {
    this.#topics.delete(topic)
  }

  publish(topic: string, message: Uint8Array): Promise<void> {
    return this.#hub.send({ topic, message, from: this.nodeId })
  }

  close(): void {
    this.#listener = undefined
    this.#topics.clear()
    this.#hub.remove(this)
  }

  take(topic: string, message: Uint8Array, from: string): void {
    if (this.#topics.has(topic)) this.#listener?.message(topic, message, from)
  }
}
