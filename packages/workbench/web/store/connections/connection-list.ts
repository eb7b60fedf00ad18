import { batch, signal } from '@preact/signals'
import type { ConnectionState, SessionState } from '../../../src/protocol/session-state.js'
import type { Backend } from '../../backend/backend.js'
import { type Rate, Rates } from './rates.js'

/** Connections that are asked for; the others are counted. */
const mostListed = 1_000

/** The connections that are open: of the session that is shown, or of all. */
export class ConnectionList {
  readonly connections = signal<readonly ConnectionState[]>([])
  /** How fast they are, by their numbers. */
  readonly rates = signal<ReadonlyMap<number, Rate>>(new Map())
  /** How many there are, with those that are not in the list. */
  readonly all = signal(0)
  readonly #backend: Backend
  readonly #shown: () => readonly SessionState[] | undefined
  readonly #rates = new Rates()
  #isAsking = false

  /** @param shown the sessions; undefined while nothing is asked: what is listed stays */
  constructor(backend: Backend, shown: () => readonly SessionState[] | undefined) {
    this.#backend = backend
    this.#shown = shown
  }

  clear(): void {
    batch(() => {
      this.all.value = 0
      this.connections.value = []
    })
  }

  /** Ask for them; one question at a time. */
  async look(): Promise<void> {
    const sessions = this.#shown()
    if (sessions === undefined || this.#isAsking) return
    if (document.visibilityState === 'hidden') return
    this.#isAsking = true
    try {
      const found = await this.#ask(sessions)
      if (namesOf(this.#shown()) !== namesOf(sessions)) return
      batch(() => {
        this.all.value = found.all
        this.connections.value = found.connections
        this.rates.value = this.#rates.take(found.connections, performance.now())
      })
    } catch {
      // It is gone, or the connection is: what is shown stays until it is there again.
    } finally {
      this.#isAsking = false
    }
  }

  /** As many of one after the other as are listed. */
  async #ask(
    sessions: readonly SessionState[],
  ): Promise<{ readonly all: number; readonly connections: readonly ConnectionState[] }> {
    const connections: ConnectionState[] = []
    let all = 0
    for (const session of sessions) {
      const most = mostListed - connections.length
      if (most === 0 || (sessions.length > 1 && session.connections === 0)) {
        all += session.connections
        continue
      }
      const found = await this.#backend.ask('connections', { session: session.id, most })
      all += found.all
      connections.push(...found.connections)
    }
    return { all, connections }
  }
}

function namesOf(sessions: readonly SessionState[] | undefined): string | undefined {
  return sessions?.map(({ id }) => id).join()
}
