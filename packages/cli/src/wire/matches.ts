/** What is looked for: bytes, or an expression of which each character is a byte. */
export type Sought = Uint8Array | RegExp

/** A match across pieces has at most so many bytes. */
export const longestFound = 1_024
/** Directions whose last bytes are kept: 10 MB. */
const mostDirections = 10_000

/** The last bytes of a direction, and where its next byte is. */
interface Tail {
  readonly text: string
  readonly position: number
}

/** Finds what is sought in pieces of streams, however it was cut. */
export class Matches {
  readonly #expression: RegExp
  /** Bytes that a match may have in earlier pieces. */
  readonly #kept: number
  readonly #tails = new Map<string, Tail>()

  constructor(sought: Sought) {
    this.#expression = expressionOf(sought)
    this.#kept = (sought instanceof RegExp ? longestFound : sought.length) - 1
  }

  /**
   * Whether a match ends in a piece. Across bytes that are missing there is none.
   *
   * @param direction a name of its stream
   * @param position where the piece begins in it, modulo 2³²
   */
  endIn(direction: string, position: number, bytes: Uint8Array): boolean {
    const tail = this.#tails.get(direction)
    const before = tail?.position === position ? tail.text : ''
    const text = before + textOf(bytes)
    this.#tails.delete(direction)
    const next = (position + bytes.length) >>> 0
    if (this.#kept > 0) {
      this.#tails.set(direction, { text: text.slice(-this.#kept), position: next })
    }
    this.#forgetOldest()
    return this.#endBehind(text, before.length)
  }

  /** Whether there is one in a piece that stands for itself. */
  areIn(bytes: Uint8Array): boolean {
    return this.#endBehind(textOf(bytes), 0)
  }

  /** A stream has ended. */
  forget(direction: string): void {
    this.#tails.delete(direction)
  }

  #endBehind(text: string, place: number): boolean {
    const expression = this.#expression
    expression.lastIndex = 0
    for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
      if (found.index + found[0].length > place) return true
      expression.lastIndex = found.index + 1
    }
    return false
  }

  #forgetOldest(): void {
    if (this.#tails.size <= mostDirections) return
    for (const oldest of this.#tails.keys()) {
      this.#tails.delete(oldest)
      return
    }
  }
}

function expressionOf(sought: Sought): RegExp {
  if (sought instanceof RegExp) return new RegExp(sought.source, 'g')
  const bytes = Array.from(sought, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  return new RegExp(bytes.join(''), 'g')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
