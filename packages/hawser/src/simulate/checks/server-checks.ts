import { connectionClose } from '../../observe/channels.js'
import type { ClosePayload } from '../../observe/payloads.js'
import type { ServerInfo } from '../../observe/server-info.js'
import { currentPlace } from '../context.js'

/** What a server says about itself. */
interface Informed {
  info(): ServerInfo
}

/** Watches all servers of a simulation: one without connections holds nothing on their behalf. */
export class ServerChecks {
  readonly #failed: (what: string) => void

  /** @param failed called with what is wrong, when it is */
  constructor(failed: (what: string) => void) {
    this.#failed = failed
    connectionClose.subscribe(this.#closed)
  }

  /** Watch no more. */
  stop(): void {
    connectionClose.unsubscribe(this.#closed)
  }

  readonly #closed = (payload: unknown): void => {
    const place = currentPlace()?.name
    const { server } = payload as ClosePayload
    if (place === undefined || server === undefined) return
    const { connections, topics, memory } = (server as Informed).info()
    if (memory.used < 0) this.#failed(`a server of ${place} holds ${memory.used} bytes`)
    if (connections > 0) return
    if (memory.used !== 0) {
      this.#failed(`a server of ${place} without connections holds ${memory.used} bytes`)
    }
    if (topics > 0) this.#failed(`a server of ${place} without connections has ${topics} topics`)
  }
}
