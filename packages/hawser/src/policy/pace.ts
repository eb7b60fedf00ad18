/** The least that a frame or a write under way has to move. */
export interface PaceLimits {
  /** Bytes a second; `Infinity` is off. */
  readonly minimumRate: number
  /** Milliseconds before that counts; `Infinity` is off. */
  readonly minimumRateGrace: number
}

/** As many bytes of a frame may be what a person types into a terminal that sends each key. */
const typedFrame = 1024
/** Milliseconds after which the rate is measured anew: fast bytes do not make up for later drips. */
const longestSpan = 30_000
/** Looked at four times in the grace, and no more often than this. */
const shortestStep = 250

/** What a frame or a write has moved. */
export interface Moving {
  /** Another number for another frame. */
  readonly mark: number
  /** Bytes moved by now, and when it began. */
  readonly progress: number
  readonly base: number
  /** Milliseconds that what is no longer than typed text may take; 0 makes no exception. */
  readonly typing: number
}

/**
 * Whether something moves fast enough. Looked at now and then by a timer that runs anyway: bytes are
 * counted where they pass, and nothing is stamped.
 *
 * Silence is not judged here, since there are waits of its own for that. After a silence a peer has
 * one step to show its pace, so that an outage is not taken for dripping; and a peer that drips now and
 * then is judged at the step behind each drop.
 */
export class Pace {
  #mark = -1
  #since = 0
  #base = 0
  #seen = 0
  #lookAt = 0
  #moved = false
  #isTyped = false

  /** Bytes moved, and in how many milliseconds, since it is measured. */
  measured(progress: number, now: number): { bytes: number; time: number } {
    return { bytes: progress - this.#base, time: Math.round(now - this.#since) }
  }

  /** Nothing is under way. */
  stop(): void {
    this.#mark = -1
  }

  /** Something is under way. @returns when to look at it next */
  follow(moving: Moving, now: number, limits: PaceLimits): number {
    const { mark, progress, base, typing } = moving
    if (mark !== this.#mark) {
      this.#mark = mark
      this.#isTyped = typing > 0 && progress - base <= typedFrame
      this.#begin(base, now, limits)
      this.#seen = progress
    } else if (this.#isTyped && progress - this.#base > typedFrame) {
      // It was typed, and now something is pasted: what took so long is not held against it.
      this.#isTyped = false
      this.#begin(progress, now, limits)
    }
    return this.#isTyped ? this.#since + typing : this.#lookAt
  }

  /** Look whether it is too slow. */
  isTooSlow(moving: Moving, now: number, limits: PaceLimits): boolean {
    const { mark, progress, typing } = moving
    if (mark !== this.#mark) return false
    if (this.#isTyped) {
      return progress - this.#base <= typedFrame && now >= this.#since + typing
    }
    if (now < this.#lookAt) return false
    this.#lookAt = now + step(limits)
    const moved = this.#moved
    this.#moved = progress !== this.#seen
    this.#seen = progress
    const counted = now - this.#since - limits.minimumRateGrace
    if (!moved || counted <= 0) return false
    if ((progress - this.#base) * 1_000 < limits.minimumRate * counted) return true
    if (counted > longestSpan) this.#begin(progress, now, limits)
    return false
  }

  #begin(base: number, now: number, limits: PaceLimits): void {
    this.#since = now
    this.#base = base
    this.#seen = base
    this.#moved = false
    this.#lookAt = now + step(limits)
  }
}

function step({ minimumRateGrace }: PaceLimits): number {
  return Math.max(shortestStep, minimumRateGrace / 4)
}
