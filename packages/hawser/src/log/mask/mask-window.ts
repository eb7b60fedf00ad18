import { Buffer } from 'node:buffer'
import type { Finder, MaskedRange } from './mask-rule.js'

/** Whether a secret may have been cut off by the end of its bytes, or those are all that there were to be. */
export type Ending = 'cut' | 'whole'

/**
 * The end of one direction: bytes of which it is not known yet whether they belong to a secret. All numbers
 * are places in the direction.
 */
export class MaskWindow {
  /** The bytes before this one are decided: what had to be masked of them is known. */
  decided = 0
  readonly #finders: readonly Finder[]
  readonly #longest: number
  /** Where each rule looks for its next match. */
  readonly #next: number[]
  /** What is held, with as much in front of it as a look behind may need. */
  #text = ''
  #begin = 0

  constructor(finders: readonly Finder[]) {
    this.#finders = finders
    this.#longest = Math.max(...finders.map(({ longest }) => longest))
    this.#next = finders.map(() => 0)
  }

  /**
   * More has come.
   *
   * @param mask called for what is to be masked
   * @returns whether all secrets are known by their end: not if a match is longer than it may be
   */
  push(bytes: Uint8Array, mask: (range: MaskedRange) => void): boolean {
    const added = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    this.#text += added
    const end = this.#begin + this.#text.length
    const isKnown = this.#look(this.#decide(end), mask)
    this.#forget()
    return isKnown
  }

  /**
   * Nothing comes any more.
   *
   * @param how `cut` masks what began as well: the beginning of a secret says much of it
   */
  end(how: Ending, mask: (range: MaskedRange) => void): void {
    const from = this.decided
    this.#look(this.#begin + this.#text.length, mask)
    if (how === 'whole') return
    for (const [index, finder] of this.#finders.entries()) {
      const unmatched = Math.max(from, this.#next[index] ?? 0) - this.#begin
      for (const [start, stop] of finder.cutOff(this.#text, unmatched)) {
        mask([this.#begin + start, this.#begin + stop])
      }
    }
  }

  /** Up to where no match can begin whose end has not come. */
  #decide(end: number): number {
    // One byte more than the longest match: one that reaches the end is longer than it may be.
    const least = Math.max(this.decided, end - this.#longest)
    const open = this.#finders.map((each) => each.firstOpen(this.#text, least - this.#begin))
    return this.#begin + Math.min(...open)
  }

  #look(decided: number, mask: (range: MaskedRange) => void): boolean {
    const text = this.#text
    const begin = this.#begin
    let isKnown = true
    for (const [index, finder] of this.#finders.entries()) {
      const from = Math.max(this.decided, this.#next[index] ?? 0)
      finder.find(text, from - begin, (match) => {
        if (begin + match.from >= decided) return false
        for (const [start, stop] of match.masked) mask([begin + start, begin + stop])
        this.#next[index] = begin + match.to
        if (match.to === text.length) isKnown = false
        return true
      })
    }
    this.decided = decided
    return isKnown
  }

  #forget(): void {
    const kept = Math.max(this.#begin, this.decided - this.#longest)
    this.#text = this.#text.slice(kept - this.#begin)
    this.#begin = kept
  }
}
