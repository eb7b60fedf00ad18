import { longestMatch, type Mask, MaskFinder, matchAt } from './mask.js'
import type { Window } from './window.js'

/** A match of a mask that ends so close to the end of what came may still become longer, or another one. */
const margin = 64

/** How far what was recorded and what came go together, in bytes from where they were compared before. */
export interface Alignment {
  readonly expected: number
  readonly got: number
  /** So far it stays as it is, whatever else comes. */
  readonly settled: { readonly expected: number; readonly got: number }
  /** More of what was recorded than `expected` was reached: a mask has come in part. */
  readonly partial: number
  /** Whether the bytes there differ. */
  readonly differs: boolean
}

/** What is known of both sides. */
export interface Known {
  /** Whether no more of what was recorded is known for now. */
  readonly known: boolean
  /** Whether nothing more comes. */
  readonly final: boolean
}

/** Compare without masks. */
export function alignBytes(expected: Window, got: Window): Alignment {
  const length = Math.min(expected.length, got.length)
  const same = countSame(expected.rest.subarray(0, length), got.rest.subarray(0, length))
  const place = { expected: same, got: same }
  return { ...place, settled: place, partial: 0, differs: same < length }
}

/**
 * Compare with masks. They are found in what was recorded, as in one text from its beginning to its end;
 * the same mask has to match at the same place of what came, with any length.
 */
export function alignMasked(
  masks: readonly Mask[],
  expected: Window,
  got: Window,
  { known, final }: Known,
): Alignment {
  const e = new Text(expected)
  const g = new Text(got)
  const finder = new MaskFinder(masks, e.text, expected.offset - e.start)
  // A mask that begins behind this may turn out to match otherwise.
  const sure = known ? e.end : Math.max(e.start, e.end - longestMatch)
  let settled: { expected: number; got: number } | undefined
  let partial = 0
  let at = e.start
  let gotAt = g.start
  let differs = false
  for (;;) {
    const mask = finder.find(at)
    const literal = Math.min(mask?.index ?? sure, sure) - at
    const length = Math.min(literal, g.end - gotAt)
    const same = countSame(
      e.bytes.subarray(at, at + length),
      g.bytes.subarray(gotAt, gotAt + length),
    )
    at += same
    gotAt += same
    if (same < length) {
      // A mask in front of it may have to match more.
      differs = settled === undefined || final
      break
    }
    if (gotAt === g.end || mask === undefined || at !== mask.index || at >= sure) break
    if (mask.pattern === undefined) {
      const counted = Math.min(mask.length, g.end - gotAt)
      at += counted
      gotAt += counted
      continue
    }
    const match = matchAt(mask.pattern, g.text, gotAt)
    if (match === 0) {
      differs = final || g.end - gotAt >= longestMatch
      partial = Math.min(g.end - gotAt, mask.length - 1)
      break
    }
    if (!final && gotAt + match > g.end - margin) settled ??= { expected: at, got: gotAt }
    at += mask.length
    gotAt += match
  }
  const place = { expected: at - e.start, got: gotAt - g.start }
  return {
    ...place,
    settled:
      settled === undefined
        ? place
        : { expected: settled.expected - e.start, got: settled.got - g.start },
    partial: differs ? 0 : partial,
    differs,
  }
}

/** A window as text, a byte a character, with what a regular expression may look back at. */
class Text {
  readonly bytes: Buffer
  readonly text: string
  readonly start: number
  readonly end: number

  constructor(window: Window) {
    const { before, rest } = window
    this.bytes = Buffer.concat([before, rest])
    this.text = this.bytes.toString('latin1')
    this.start = before.length
    this.end = this.bytes.length
  }
}

function countSame(one: Uint8Array, other: Uint8Array): number {
  if (Buffer.compare(one, other) === 0) return one.length
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return at
  return length
}
