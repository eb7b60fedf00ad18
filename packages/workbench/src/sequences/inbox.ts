import { Buffer } from 'node:buffer'
import type { RunTarget } from './run-target.js'

/** Bytes that are kept of what a connection said and was not waited for yet; of more, the last ones. */
const mostKept = 65_536
/** Connections that can be waited for: with `mostKept`, 4 MiB. */
export const mostHeard = 64

/** @returns the byte behind the end of a match; undefined where there is none */
export type Find = (message: Buffer) => number | undefined

/** What each connection has said since a sequence began, and was not waited for yet. */
export class Inbox {
  readonly #isRaw: boolean
  readonly #messages = new Map<number, Buffer[]>()
  readonly #end: () => void
  #heard: () => void = () => undefined

  constructor(target: RunTarget) {
    this.#isRaw = target.isRaw
    this.#end = target.hear((connection, message) => this.#take(connection, message))
  }

  /** Call `heard` for what comes from now on, instead of what was called before. */
  onHeard(heard: () => void): void {
    this.#heard = heard
  }

  /** Drop what a connection said up to the first match. @returns whether there was one */
  pass(connection: number, find: Find): boolean {
    const messages = this.#messages.get(connection) ?? []
    for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
      const end = find(message)
      if (end === undefined && !this.#isRaw) continue
      const rest = message.subarray(end ?? 0)
      if (this.#isRaw && rest.length > 0) messages.unshift(rest)
      return end !== undefined
    }
    return false
  }

  end(): void {
    this.#end()
    this.#messages.clear()
  }

  #take(connection: number, message: Uint8Array): void {
    const messages = this.#messages.get(connection) ?? []
    if (messages.length === 0 && this.#messages.size >= mostHeard && !this.#makeRoom()) return
    const before = this.#isRaw ? (messages.pop() ?? Buffer.alloc(0)) : Buffer.alloc(0)
    messages.push(Buffer.concat([before, message]).subarray(-mostKept))
    let size = messages.reduce((sum, { length }) => sum + length, 0)
    while (size > mostKept) size -= messages.shift()?.length ?? size
    this.#messages.set(connection, messages)
    this.#heard()
  }

  /** Forget one that has nothing to be waited for. */
  #makeRoom(): boolean {
    for (const [connection, messages] of this.#messages) {
      if (messages.length === 0) return this.#messages.delete(connection)
    }
    return false
  }
}
