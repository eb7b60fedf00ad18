import type { Sign } from './subjects.js'

/** Signs of life that a node may miss; with the third it is gone. */
const mostSilent = 3

/** What presence says and asks. */
export interface PresenceOptions {
  readonly nodeId: string
  /** Milliseconds between signs of life; `Infinity` is none. */
  readonly every: number
  readonly maxNodes: number
  /** Say this to all nodes, or to one. */
  say(sign: Sign, to?: string): void
  /** There are more than `maxNodes`. */
  overflowed(): void
}

/**
 * Knows the other nodes by their signs of life. It counts turns of its own timer and reads no clock: so a
 * process that was held up for a minute does not take the others for gone.
 */
export class Presence {
  readonly #options: PresenceOptions
  /** How many turns each has been silent. */
  readonly #silent = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: PresenceOptions) {
    this.#options = options
  }

  get nodes(): readonly string[] {
    return [...this.#silent.keys()]
  }

  /** This node is there now, for the first time or again: all others have their time to say so. */
  begin(): void {
    for (const node of this.#silent.keys()) this.#silent.set(node, 0)
    this.#options.say('hello')
    this.#stopTimer()
    const { every } = this.#options
    if (every !== Infinity) this.#timer = setInterval(() => this.#turn(), every).unref()
  }

  /** Nothing can be heard now, so no silence counts. */
  pause(): void {
    this.#stopTimer()
  }

  /** This node goes. */
  end(): void {
    this.#stopTimer()
    this.#silent.clear()
    this.#options.say('bye')
  }

  heard(from: string, sign: Sign): void {
    if (from === this.#options.nodeId) return
    if (sign === 'bye') {
      this.#silent.delete(from)
      return
    }
    if (this.#silent.has(from) || this.#silent.size < this.#options.maxNodes) {
      this.#silent.set(from, 0)
    } else this.#options.overflowed()
    if (sign === 'hello') this.#options.say('here', from)
  }

  #turn(): void {
    for (const [node, turns] of this.#silent) {
      if (turns + 1 > mostSilent) this.#silent.delete(node)
      else this.#silent.set(node, turns + 1)
    }
    this.#options.say('here')
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
