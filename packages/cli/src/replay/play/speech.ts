import type { Step } from '../step.js'

/** What we say, and when. */
export type Utterance = Exclude<Step, { kind: 'expect' }> & {
  /** How many bytes of the other side come before it. */
  readonly after: number
  /** Whether the other side has ended before it. */
  readonly afterEnd: boolean
}

/** What our side has still to say, in order. */
export class Speech {
  /** What was said last has not been taken yet. */
  isUnderWay = false
  readonly #most: number
  #queue: Utterance[] = []
  #size = 0
  /** When the next is said, once it is its turn. */
  #due: number | undefined

  /** @param most bytes that are kept */
  constructor(most: number) {
    this.#most = most
  }

  get next(): Utterance | undefined {
    return this.#queue[0]
  }

  get isFull(): boolean {
    return this.#size >= this.#most
  }

  /** Whether all of it was said, and taken. */
  get isOver(): boolean {
    return this.#queue.length === 0 && !this.isUnderWay
  }

  /** When the next is to be said; Infinity before `say` was called for it. */
  get due(): number {
    return this.#due ?? Infinity
  }

  add(utterance: Utterance): void {
    this.#queue.push(utterance)
    // A step costs memory as well.
    this.#size += sizeOf(utterance)
  }

  /**
   * It is the turn of the next.
   *
   * @returns it, once its pause is over
   */
  say(now: number, speed: number): Utterance | undefined {
    const { next } = this
    if (next === undefined) return undefined
    this.#due ??= now + next.pause / speed
    if (now < this.#due) return undefined
    this.#queue.shift()
    this.#size -= sizeOf(next)
    this.#due = undefined
    this.isUnderWay = next.kind === 'send'
    return next
  }
}

function sizeOf(utterance: Utterance): number {
  return 64 + (utterance.kind === 'send' ? utterance.bytes.length : 0)
}
