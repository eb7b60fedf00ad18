import { Buffer } from 'node:buffer'
import type { RunTarget } from './run-target.js'

/** Bytes that are kept of what a connection said and was not waited for yet; of more, the last ones. */
const mostKept = 65_536
/** Messages that are kept of it, which may have no bytes. */
const mostMessages = 4_096
/** Connections that can be waited for: with `mostKept`, 4 MiB. */
export const mostHeard = 64

/** @returns the byte behind the end of a match; undefined where there is none */
export type Find = (message: Buffer) => number | undefined

/** What one connection said. */
interface Kept {
  readonly messages: Buffer[]
  /** Bytes of all of them. */
  size: number
}

/** What each connection has said since a sequence began, and was not waited for yet. */
export class Inbox {
  readonly #isRaw: boolean
  readonly #kept = new Map<number, Kept>()
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
    const kept = this.#kept.get(connection)
    if (kept === undefined) return false
    for (let message = take(kept); message !== undefined; message = take(kept)) {
      const end = find(message)
      if (end === undefined && !this.#isRaw) continue
      const rest = message.subarray(end ?? 0)
      if (this.#isRaw && rest.length > 0) {
        kept.messages.unshift(rest)
        kept.size += rest.length
      }
      return end !== undefined
    }
    return false
  }

  end(): void {
    this.#end()
    this.#kept.clear()
  }

  #take(connection: number, message: Uint8Array): void {
    const kept = this.#kept.get(connection) ?? { messages: [], size: 0 }
    const { messages } = kept
    if (messages.length === 0 && this.#kept.size >= mostHeard && !this.#makeRoom()) return
    const before = this.#isRaw ? take(kept) : undefined
    const added = Buffer.concat([before ?? Buffer.alloc(0), message.subarray(-mostKept)])
    messages.push(added.subarray(-mostKept))
    kept.size += Math.min(added.length, mostKept)
    while (kept.size > mostKept || messages.length > mostMessages) take(kept)
    this.#kept.set(connection, kept)
    this.#heard()
  }

  /** Forget one that has nothing to be waited for. */
  #makeRoom(): boolean {
    for (const [connection, { messages }] of this.#kept) {
      if (messages.length === 0) return this.#kept.delete(connection)
    }
    return false
  }
}

/** The oldest of them. */
function take(kept: Kept): Buffer | undefined {
  const message = kept.messages.shift()
  kept.size -= message?.length ?? 0
  return message
}
