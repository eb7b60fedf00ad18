import { UsageError } from '../../../failure.js'
import { parseDuration } from '../../../arguments/duration.js'
import { parseSize } from '../../../arguments/size.js'
import type { Next } from '../stage.js'

/**
 * A time in milliseconds.
 *
 * @throws UsageError
 */
export function readTime(word: string, text: string | undefined): number {
  const value = parseDuration(`--fault ${word}`, 0)(need(word, text, `${word}=500ms`))
  if (value !== Infinity) return value
  throw new UsageError(`--fault ${word} is off`, 'leave it out')
}

/**
 * A number of bytes.
 *
 * @throws UsageError
 */
export function readSize(word: string, text: string | undefined): number {
  return parseSize(`--fault ${word}`)(need(word, text, `${word}=10KiB`))
}

/**
 * A share from 0 to 1; 1 when it is left out.
 *
 * @throws UsageError
 */
export function readShare(word: string, text: string | undefined): number {
  const value = text === undefined ? 1 : Number(text)
  if (text !== '' && value >= 0 && value <= 1) return value
  throw new UsageError(
    `--fault ${word} is a share from 0 to 1, not ${JSON.stringify(text)}`,
    `write ${word}=0.01 for one in a hundred`,
  )
}

/** Say, once, that these and all further bytes are lost. */
export function loseFrom(piece: Uint8Array, next: Next): void {
  next.struck('loses all bytes from here on', { kind: 'lost', bytes: piece.length })
}

/**
 * The value behind `=`, cut at `±` or `+-`.
 *
 * @throws UsageError
 */
export function splitSpread(
  word: string,
  text: string | undefined,
): [string | undefined, string | undefined] {
  const [middle, spread, more] = (text ?? '').split(/±|\+-/)
  if (spread === '' || more !== undefined) {
    const what = spread === '' ? 'nothing behind' : 'more than one'
    throw new UsageError(`--fault ${word}=${text} has ${what} ±`, `write ${word}=100±20`)
  }
  return [middle === '' ? undefined : middle, spread]
}

/** `500ms`, `2s`. */
export function showTime(milliseconds: number): string {
  const isSeconds = milliseconds >= 1000 && milliseconds % 1000 === 0
  return isSeconds ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}

/** `10KiB`, `300`. */
export function showSize(bytes: number): string {
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024}KiB` : `${bytes}`
}

function need(word: string, text: string | undefined, example: string): string {
  if (text !== undefined && text !== '') return text
  throw new UsageError(`--fault ${word} has no value`, `write --fault ${example}`)
}
