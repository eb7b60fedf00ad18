import { atLeast, milliseconds } from '../options/numbers.js'
import type { NamesOf } from '../options/option-names.js'

/** How long to wait between tries of something that keeps failing. Times are milliseconds. */
export interface BackoffOptions {
  /** The longest wait after the first failure. Default 100. */
  readonly initial?: number | undefined
  /** The longest wait there is. Default 30 000. */
  readonly max?: number | undefined
  /** By how much the longest wait grows with each failure. Default 2. */
  readonly factor?: number | undefined
  /** How long it must have worked for the failures before to be forgotten. Default 10 000. */
  readonly resetAfter?: number | undefined
}

/** The names of the options in {@link BackoffOptions}. */
export const backoffNames: NamesOf<BackoffOptions> = {
  initial: true,
  max: true,
  factor: true,
  resetAfter: true,
}

/**
 * The option `backoff` of a client, a pool or workers, once it is checked.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checkBackoff(backoff: BackoffOptions = {}): BackoffOptions {
  for (const name of ['initial', 'max', 'resetAfter'] as const) {
    if (backoff[name] !== undefined) milliseconds(`backoff.${name}`, backoff[name])
  }
  if (backoff.factor !== undefined) atLeast('backoff.factor', backoff.factor, 1, 'times')
  return backoff
}

/**
 * Exponential backoff with full jitter: each wait is drawn from 0 to a bound that doubles with every
 * failure. Many that failed together come back spread over the whole of the bound, not in step.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export class Backoff {
  readonly #initial: number
  readonly #max: number
  readonly #factor: number
  readonly #resetAfter: number
  readonly #random: () => number
  #failures = 0

  /** @param random from 0 up to, and not including, 1 */
  constructor(options: BackoffOptions, random: () => number) {
    this.#initial = options.initial ?? 100
    this.#max = options.max ?? 30_000
    this.#factor = options.factor ?? 2
    this.#resetAfter = options.resetAfter ?? 10_000
    this.#random = random
  }

  /** How many times in a row it has failed. */
  get failures(): number {
    return this.#failures
  }

  /** The longest that the wait after the next failure can be. */
  get bound(): number {
    return Math.min(this.#max, this.#initial * this.#factor ** this.#failures)
  }

  /**
   * It worked for so many milliseconds: the failures before are forgotten if that was long enough.
   */
  worked(duration: number): void {
    if (duration >= this.#resetAfter) this.#failures = 0
  }

  /**
   * It failed again.
   *
   * @param worked for how many milliseconds it had worked, 0 if not at all
   * @returns milliseconds to wait before the next try
   */
  failed(worked = 0): number {
    this.worked(worked)
    const wait = this.#random() * this.bound
    this.#failures += 1
    return wait
  }

  /** Forget all failures. */
  reset(): void {
    this.#failures = 0
  }
}
