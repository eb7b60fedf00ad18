import type { ByteOperations } from './byte-operations.js'
import { frameMalformed, showBytes } from './frame-errors.js'
import { checkChoice } from './frame-limits.js'
import { invalid, show } from '../options/invalid.js'
import { encodeUtf8 } from './portable-operations.js'

const longestMark = 1024

/** What a framing takes whose frames begin with a mark. */
export interface MarkOptions {
  /**
   * What each frame begins with, 1 … 1024 bytes or text. Without it, a frame begins where the one
   * before it ended.
   */
  readonly start?: Uint8Array | string | undefined
  /**
   * What happens to bytes that lie between the end of a frame and the `start` of the next: `refuse`
   * raises `HAWSER_FRAME_MALFORMED`; `skip` drops them as they arrive and counts them in
   * `connection.skipped`. They begin no frame, so that `frameTimeout` does not wait for its rest.
   * Default `refuse`; only with `start`.
   */
  readonly between?: 'refuse' | 'skip' | undefined
}

/** What each frame begins with, and what becomes of bytes that lie in front of it. */
export interface MarkSettings {
  readonly bytes: Uint8Array
  /** They are skipped and counted; otherwise they are an error. */
  readonly skips: boolean
}

/**
 * Checks `start` and `between`.
 *
 * @returns undefined when frames have no mark
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checkMark({ start, between }: MarkOptions): MarkSettings | undefined {
  const skips = checkChoice('between', between, ['refuse', 'skip'], 'refuse') === 'skip'
  if (start !== undefined) return { bytes: checkMarkBytes('start', start), skips }
  if (between === undefined) return undefined
  throw invalid('between', 'needs start: without it, every byte belongs to a frame')
}

/** Checks bytes that stand at the beginning or the end of frames. */
export function checkMarkBytes(name: string, mark: Uint8Array | string): Uint8Array {
  if (typeof mark !== 'string' && !(mark instanceof Uint8Array)) {
    throw invalid(name, `is ${show(mark)}, and must be bytes or text`)
  }
  const bytes = typeof mark === 'string' ? encodeUtf8(mark) : Uint8Array.from(mark)
  if (bytes.length >= 1 && bytes.length <= longestMark) return bytes
  throw invalid(name, `has ${bytes.length} bytes, and must have 1 to ${longestMark}`)
}

/** Finds the mark that a frame begins with. What it skips is to be consumed at once; the mark is not. */
export class MarkFinder {
  /** How many bytes were skipped. */
  skipped = 0
  /** What the decoder looks at begins with the mark. */
  begun = false
  readonly size: number
  readonly #operations: ByteOperations
  readonly #settings: MarkSettings

  constructor(operations: ByteOperations, settings: MarkSettings) {
    this.#operations = operations
    this.#settings = settings
    this.size = settings.bytes.length
  }

  /**
   * Where the next frame begins at or behind `from`, with what lies in front of it skipped or refused.
   * `begun` then says whether all of the mark is there.
   *
   * @param offset where `bytes` begin, counted from the first byte this framing read
   */
  find(bytes: Uint8Array, from: number, offset: number): number {
    const { bytes: mark, skips } = this.#settings
    if (skips) {
      const found = this.#operations.indexOf(bytes, mark, from)
      this.begun = found !== -1
      const at = this.begun ? found : from + findBeginning(bytes.subarray(from), mark)
      this.skipped += at - from
      return at
    }
    const last = Math.min(bytes.length, from + mark.length)
    for (let at = from; at < last; at++) {
      if (bytes[at] === mark[at - from]) continue
      const strange = showBytes(bytes, from, at + 1)
      throw frameMalformed(
        `a frame begins with ${showBytes(mark, 0, mark.length)}, not ${strange}`,
        offset + from,
      )
    }
    this.begun = last === from + mark.length
    return from
  }

  /**
   * The stream ended with a part of a mark.
   *
   * @returns whether that is nothing but what lies between frames
   */
  end(rest: Uint8Array): boolean {
    if (!this.#settings.skips) return false
    this.skipped += rest.length
    return true
  }
}

/** Where at the end of `bytes` the longest beginning of `mark` is: their length if there is none. */
function findBeginning(bytes: Uint8Array, mark: Uint8Array): number {
  let at = Math.max(0, bytes.length - mark.length + 1)
  while (at < bytes.length && !beginsWith(mark, bytes, at)) at++
  return at
}

/** Whether `mark` begins with `bytes[from …)`. */
function beginsWith(mark: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== mark[at - from]) return false
  return true
}
