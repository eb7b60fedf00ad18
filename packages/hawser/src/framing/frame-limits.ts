import { invalid, show } from '../options/invalid.js'
import type { NamesOf } from '../options/option-names.js'
import { defaultMaxFrame } from './framing.js'

/**
 * What happens to a frame larger than `maxFrame`.
 *
 * - `close`: `HAWSER_FRAME_TOO_LARGE`, and the connection ends;
 * - `discard`: its bytes are skipped as they arrive and counted in `connection.skipped`, none of them
 *   is kept, and decoding goes on behind it.
 */
export type Oversize = 'close' | 'discard'

/**
 * What bytes without a delimiter mean when the peer ends the stream.
 *
 * - `deliver`: they are a last frame;
 * - `reject`: `HAWSER_FRAME_TRUNCATED`;
 * - `discard`: they are dropped.
 */
export type Unterminated = 'deliver' | 'reject' | 'discard'

/** What every framing with a limit takes. */
export interface FrameLimits {
  /**
   * The largest frame in bytes, in both directions, without its delimiter or header. Stops a peer
   * that announces or sends a frame without end from filling the memory.
   *
   * Default 1 MiB (1,048,576); 1 … 536,870,888. It is the one limit without an off-value: a frame
   * is held whole before it is delivered, so without a limit one peer could take all memory.
   * Raises `HAWSER_FRAME_TOO_LARGE`.
   */
  readonly maxFrame?: number | undefined
  /** What to do with a frame larger than `maxFrame`. Default `close`. */
  readonly oversize?: Oversize | undefined
}

/** The names of the options in {@link FrameLimits}. */
export const frameLimitNames: NamesOf<FrameLimits> = {
  maxFrame: true,
  oversize: true,
}

/** The largest maxFrame: no string of more characters than this can be made. */
export const largestMaxFrame: number = 2 ** 29 - 24

/** Checks a `maxFrame` and puts in the default. */
export function checkMaxFrame(maxFrame: number = defaultMaxFrame): number {
  if (Number.isInteger(maxFrame) && maxFrame >= 1 && maxFrame <= largestMaxFrame) return maxFrame
  throw invalid(
    'maxFrame',
    `is ${show(maxFrame)}, and must be a whole number of bytes from 1 to ` +
      `${largestMaxFrame}. It has no off-value: a frame is held whole before it is delivered`,
  )
}

/** Checks a whole number that an option gives. */
export function checkInteger(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value
  throw invalid(name, `is ${show(value)}, and must be a whole number from ${from} to ${to}`)
}

/** Checks the milliseconds of a silence that ends a frame. */
export function checkSilence(name: string, value: number): number {
  if (typeof value === 'number' && value >= 1 && value <= 60_000) return value
  throw invalid(name, `is ${show(value)}, and must be a number of milliseconds from 1 to 60000`)
}

/** Checks an option that is one of a few words or numbers, and puts in the default. */
export function checkChoice<Value extends string | number>(
  name: string,
  value: Value | undefined,
  choices: readonly Value[],
  byDefault: Value,
): Value {
  if (value === undefined) return byDefault
  if (choices.includes(value)) return value
  throw invalid(name, `is ${show(value)}, and must be ${choices.map(show).join(' or ')}`)
}

/** Checks an option that is true or false, and puts in the default. */
export function checkBoolean(
  name: string,
  value: boolean | undefined,
  byDefault: boolean,
): boolean {
  if (value === undefined) return byDefault
  if (typeof value === 'boolean') return value
  throw invalid(name, `is ${show(value)}, and must be true or false`)
}

/** Checks `oversize` and puts in the default. True: discard. */
export function checkDiscard(oversize: Oversize | undefined): boolean {
  return checkChoice('oversize', oversize, ['close', 'discard'], 'close') === 'discard'
}

/** Checks `unterminated` and puts in the default. */
export function checkUnterminated(
  unterminated: Unterminated | undefined,
  byDefault: Unterminated,
): Unterminated {
  return checkChoice('unterminated', unterminated, ['deliver', 'reject', 'discard'], byDefault)
}
