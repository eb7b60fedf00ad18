import { connectionClose, connectionOpen } from '../../observe/channels.js'
import type { ClosePayload, ConnectionPayload } from '../../observe/payloads.js'
import type { ServerInfo } from '../../observe/server-info.js'
import { currentPlace } from '../context.js'

/** What a server says about itself. */
interface Informed {
  info(): ServerInfo
  readonly connections: Iterable<{ readonly unsent: number }>
}

/** What may be read before it is counted. */
const oneRead = 64 * 1024

/**
 * Watches all servers of a simulation: one without connections holds nothing on their behalf, and none
 * counts more than its `memory`, one read and one message.
 */
export class ServerChecks {
  readonly #failed: (what: string) => void
  /** Those with connections, and whose process they are. */
  readonly #servers = new Map<Informed, string>()

  /** @param failed called with what is wrong, when it is */
  constructor(failed: (what: string) => void) {
    this.#failed = failed
    connectionOpen.subscribe(this.#opened)
    connectionClose.subscribe(this.#closed)
  }

  /** Look at what they hold now. */
  look(): void {
    for (const [server, place] of this.#servers) this.#lookAt(server, place)
  }

  /** Watch no more. */
  stop(): void {
    connectionOpen.unsubscribe(this.#opened)
    connectionClose.unsubscribe(this.#closed)
  }

  #lookAt(server: Informed, place: string): void {
    const { used, limit } = server.info().memory
    if (used <= limit + oneRead) return
    const largest = [...server.connections].reduce((most, { unsent }) => Math.max(most, unsent), 0)
    if (used <= limit + oneRead + largest) return
    this.#failed(
      `a server of ${place} holds ${used} bytes: its memory is ${limit}, one read is ${oneRead}, and no connection has more than ${largest} unsent`,
    )
  }

  readonly #opened = (payload: unknown): void => {
    const place = currentPlace()?.name
    const { server } = payload as ConnectionPayload
    if (place !== undefined && server !== undefined) this.#servers.set(server as Informed, place)
  }

  readonly #closed = (payload: unknown): void => {
    const place = currentPlace()?.name
    const { server } = payload as ClosePayload
    if (place === undefined || server === undefined) return
    const { connections, topics, memory } = (server as Informed).info()
    if (memory.used < 0) this.#failed(`a server of ${place} holds ${memory.used} bytes`)
    if (connections > 0) return
    this.#servers.delete(server as Informed)
    if (memory.used !== 0) {
      this.#failed(`a server of ${place} without connections holds ${memory.used} bytes`)
    }
    if (topics > 0) this.#failed(`a server of ${place} without connections has ${topics} topics`)
  }
}
