import type { World } from 'hawser/simulate'

/** Errors that say that a request was never sent. */
const unsent = new Set([
  'HAWSER_NOT_CONNECTED',
  'HAWSER_QUEUE_TIMEOUT',
  'HAWSER_QUEUE_FULL',
  'HAWSER_CLIENT_CLOSED',
  'HAWSER_ACQUIRE_TIMEOUT',
  'HAWSER_ACQUIRE_FAILED',
  'HAWSER_POOL_EXHAUSTED',
  'HAWSER_POOL_CLOSED',
  'HAWSER_LEASE_RELEASED',
])
/** Errors that leave it open whether a request was carried out. */
const unknown = new Set(['HAWSER_REQUEST_TIMEOUT', 'HAWSER_DISCONNECTED', 'HAWSER_ABORTED'])

/**
 * What became of each request, as its sender was told and as the server saw it: carried out once at most,
 * once when there is a reply, and never when it is said to be unsent.
 */
export class Account {
  readonly #world: World
  readonly #done = new Map<string, number>()
  readonly #outcomes = new Map<string, 'waits' | 'replied' | 'unsent' | 'unknown'>()

  constructor(world: World) {
    this.#world = world
  }

  /** Requests with a reply. */
  get replies(): number {
    return [...this.#outcomes.values()].filter((outcome) => outcome === 'replied').length
  }

  /** The server carries it out. */
  carryOut(id: string): void {
    const times = (this.#done.get(id) ?? 0) + 1
    this.#done.set(id, times)
    this.#world.must(this.#outcomes.has(id), `the server got ${id}, which was never asked`)
    this.#world.must(times === 1, `${id} was carried out ${times} times`)
    this.#world.must(this.#outcomes.get(id) !== 'unsent', `${id} was sent, and reported as unsent`)
  }

  /** Make a request, whose reply has to be its own. */
  async ask(id: string, expected: string, request: () => Promise<string>): Promise<boolean> {
    const world = this.#world
    world.must(!this.#outcomes.has(id), `${id} is asked twice`)
    this.#outcomes.set(id, 'waits')
    try {
      const reply = await world.track(request(), id)
      world.must(
        reply === expected,
        `${id} got "${reply.slice(0, 60)}", not "${expected.slice(0, 60)}"`,
      )
      world.must(this.#done.has(id), `${id} got a reply, and the server never saw it`)
      this.#outcomes.set(id, 'replied')
      return true
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      world.must(
        unsent.has(code) || unknown.has(code),
        `${id} failed for an unknown reason: ${String(error)}`,
      )
      this.#outcomes.set(id, unsent.has(code) ? 'unsent' : 'unknown')
      world.must(
        unknown.has(code) || !this.#done.has(id),
        `${id} was carried out, and is reported as unsent: ${String(error)}`,
      )
      return false
    }
  }

  /** Every request has come to an end. */
  settle(): void {
    const waiting = [...this.#outcomes].filter(([, outcome]) => outcome === 'waits')
    this.#world.must(waiting.length === 0, `${waiting.length} requests have no outcome`)
  }
}
