import { batch, signal } from '@preact/signals'
import type { ConnectionState } from '../../src/protocol/session-state.js'
import type { Backend } from '../backend/backend.js'

/** Connections of a session that are asked for; the others are counted. */
const mostListed = 1_000

/** The connections of the session that is shown. */
export class ConnectionList {
  readonly connections = signal<readonly ConnectionState[]>([])
  /** How many there are, with those that are not in the list. */
  readonly all = signal(0)
  readonly #backend: Backend
  readonly #shown: () => number | undefined
  #isAsking = false

  /** @param shown the session; undefined for none, and while the page is not connected */
  constructor(backend: Backend, shown: () => number | undefined) {
    this.#backend = backend
    this.#shown = shown
  }

  /** Ask for them; one question at a time. */
  async look(): Promise<void> {
    const session = this.#shown()
    if (session === undefined || this.#isAsking) return
    if (document.visibilityState === 'hidden') return
    this.#isAsking = true
    try {
      const { all, connections } = await this.#backend.ask('connections', {
        session,
        most: mostListed,
      })
      if (this.#shown() !== session) return
      batch(() => {
        this.all.value = all
        this.connections.value = connections
      })
    } catch {
      // It is gone, or the connection is: what is shown stays until it is there again.
    } finally {
      this.#isAsking = false
    }
  }
}
