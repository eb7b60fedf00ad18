import { setTimeout as pause } from 'node:timers/promises'
import type { AnyServer } from './server-session.js'
import type { Counts, Running } from '../running.js'

/** Milliseconds that clients may take to end when the session is stopped. */
const patience = 500

/**
 * A server that was made elsewhere, with options that a session does not know. So a session that is stopped does not
 * close it: it ends its connections and accepts none, and goes on as it was when it is started again.
 */
export class AdoptedServer {
  readonly #server: AnyServer
  readonly #running: Running

  /** @param running watches it until it is closed */
  constructor(server: AnyServer, running: Running) {
    this.#server = server
    this.#running = running
  }

  get running(): Running {
    const running = this.#running
    return {
      get counts(): Counts {
        return running.counts
      },
      connections: (most) => running.connections(most),
      send: (bytes, to) => running.send(bytes, to),
      act: (connection, act) => running.act(connection, act),
      targets: (to) => running.targets?.(to) ?? [],
      hear: (listener) => running.hear?.(listener) ?? (() => undefined),
      limit: (maxConnections) => running.limit(maxConnections),
      setFaults: (faults) => running.setFaults(faults),
      setResponders: (responders) => running.setResponders?.(responders),
      stop: () => this.#suspend(),
    }
  }

  /** @returns rejects with ListenError when another program has its port now */
  async resume(): Promise<Running> {
    await this.#server.resume()
    return this.running
  }

  /** It is over. Never rejects. */
  close(): Promise<void> {
    return this.#running.stop()
  }

  async #suspend(): Promise<void> {
    await this.#server.suspend()
    const open = [...this.#server.connections]
    const over = new AbortController()
    const closed = Promise.all(open.map((connection) => connection.close({ reason: 'by-hand' })))
    await Promise.race([closed, pause(patience, undefined, over).catch(() => undefined)])
    over.abort()
    for (const connection of this.#server.connections) connection.reset({ reason: 'by-hand' })
  }
}
