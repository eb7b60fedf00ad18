import { UsageError } from '../../failure.js'

/** The most bytes that a regular expression of a mask may match. */
export const longestMatch: number = 4 * 1024

/** What is equal, whatever it is. */
export type Mask =
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  /** Bytes of what was recorded, by their numbers from 0; as many of what came are equal to them. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number }

/**
 * A mask as it is written: `16-31`, both included, or a regular expression.
 *
 * @throws UsageError
 */
export function parseMask(text: string): Mask {
  const range = /^(\d+)-(\d+)$/.exec(text)
  if (range !== null) return parseRange(text, Number(range[1]), Number(range[2]))
  const pattern = parsePattern(text)
  if (pattern.test('')) {
    const shown = JSON.stringify(text)
    throw new UsageError(`--mask ${shown} matches nothing as well`, 'write + where it has *')
  }
  return { kind: 'pattern', pattern }
}

function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, 'g')
  } catch (error) {
    const why = (error as Error).message.replace(/^Invalid regular expression: /, '')
    throw new UsageError(
      `--mask is no regular expression: ${why}`,
      'write bytes as 16-31, or a regular expression of JavaScript',
    )
  }
}

function parseRange(text: string, from: number, last: number): Mask {
  if (last < from || !Number.isSafeInteger(last)) {
    throw new UsageError(`--mask ${text} ends before it begins`, 'write the lower number first')
  }
  return { kind: 'range', from, to: last + 1 }
}

/** Where a mask matches. */
export interface Masked {
  /** From the beginning of the text. */
  readonly index: number
  readonly length: number
  /** For what came: the same mask has to match there. Undefined for bytes that are counted. */
  readonly pattern: RegExp | undefined
}

/** Finds what masks match in a text, from its beginning to its end. */
export class MaskFinder {
  readonly #masks: readonly Mask[]
  readonly #text: string
  readonly #offset: number
  /** Where each mask matches next; null when it does nowhere. */
  readonly #next: (Masked | null | undefined)[] = []

  /**
   * @param text a byte a character
   * @param offset the number in its stream of the first character
   */
  constructor(masks: readonly Mask[], text: string, offset: number) {
    this.#masks = masks
    this.#text = text
    this.#offset = offset
  }

  /** The first place at or behind `from`, which never goes back; of several, that of the first mask. */
  find(from: number): Masked | undefined {
    let found: Masked | undefined
    for (const [at, mask] of this.#masks.entries()) {
      let next = this.#next[at]
      if (next === undefined || (next !== null && next.index < from)) {
        next = this.#look(mask, from) ?? null
        this.#next[at] = next
      }
      if (next !== null && (found === undefined || next.index < found.index)) found = next
    }
    return found
  }

  #look(mask: Mask, from: number): Masked | undefined {
    if (mask.kind === 'pattern') return search(mask, this.#text, from)
    return inRange(mask, this.#text, from, this.#offset)
  }
}

function inRange(
  mask: Mask & { kind: 'range' },
  text: string,
  from: number,
  offset: number,
): Masked | undefined {
  const index = Math.max(from, mask.from - offset)
  const length = Math.min(mask.to - offset, text.length) - index
  return length > 0 ? { index, length, pattern: undefined } : undefined
}

function search(mask: Mask & { kind: 'pattern' }, text: string, from: number): Masked | undefined {
  const { pattern } = mask
  let at = from
  for (;;) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) return undefined
    const { length } = match[0]
    // A look-around can make it match nothing in places where that is no use.
    if (length > 0) return { index: match.index, length: Math.min(length, longestMatch), pattern }
    at = match.index + 1
  }
}

/** How long the match of a pattern is that begins exactly at `index`; 0 for none. */
export function matchAt(pattern: RegExp, text: string, index: number): number {
  const sticky = stickyOf(pattern)
  sticky.lastIndex = index
  return Math.min(sticky.exec(text)?.[0].length ?? 0, longestMatch)
}

const stickies = new WeakMap<RegExp, RegExp>()

function stickyOf(pattern: RegExp): RegExp {
  let sticky = stickies.get(pattern)
  if (sticky === undefined) {
    sticky = new RegExp(pattern.source, 'y')
    stickies.set(pattern, sticky)
  }
  return sticky
}
