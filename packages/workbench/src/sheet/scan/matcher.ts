import { Buffer } from 'node:buffer'
import type { LogRow } from 'hawser/log'
import type { Pattern } from '../../protocol/filter.js'
import { patternBytes } from '../../pattern-bytes.js'
import { WorkbenchError } from '../../workbench-error.js'
import { anyCase } from './any-case.js'

/** A match of a regular expression may begin as many bytes before the row that it ends in. */
export const longestRegexPart = 1_024
/** Directions whose last bytes are kept, so that a match across two rows is found; of more, the oldest are forgotten. */
const mostTails = 20_000
/** Bytes of them, of all that is looked for in this thread: whose turn it is forgets its own. */
const mostBytes = 32 * 1024 * 1024
/** A part of all. */
const forgottenTogether = 1 / 16
/** What they take beside their bytes. */
const overhead = 256
let keptBytes = 0

interface Tail {
  /** The position behind its last byte. */
  readonly position: number
  readonly bytes: Buffer
}

/** Where a match is in the bytes that were looked at. */
export interface Span {
  readonly at: number
  readonly length: number
}

/** Finds a pattern in the rows of a log, whichever way its bytes were cut into them. Rows are passed in their order. */
export class Matcher {
  readonly #find: (bytes: Buffer, from: number) => Span | undefined
  /** How many bytes of a match may lie before the row that it ends in. */
  readonly reach: number
  readonly #tails = new Map<number, Tail>()

  /** @throws WorkbenchError for what is no pattern */
  constructor(pattern: Pattern) {
    const { find, longest } = finder(pattern)
    this.#find = find
    this.reach = longest - 1
  }

  /** Whether a match ends in this row. */
  matches(row: LogRow): boolean {
    if (row.kind !== 'in' && row.kind !== 'out') return this.match(asBuffer(row.data)) !== undefined
    const direction = row.connection * 2 + (row.kind === 'in' ? 0 : 1)
    const tail = this.#tails.get(direction)
    const before = tail !== undefined && tail.position === row.position ? tail.bytes : none
    const data = asBuffer(row.data)
    const isMatch = this.match(data, before) !== undefined
    this.#keep(direction, row, before, data)
    return isMatch
  }

  /** The first match in `data` that ends in it, though it may begin in `before`: then its `at` is below 0. */
  match(data: Buffer, before: Buffer = none): Span | undefined {
    const inside = this.#find(data, 0)
    if (before.length === 0) return inside
    // Only as much of the row as a match could have that begins before it.
    const joined = Buffer.concat([before, data.subarray(0, Math.max(this.reach, 1))])
    for (let from = 0; from < before.length;) {
      const span = this.#find(joined, from)
      if (span === undefined || span.at >= before.length) break
      if (span.at + span.length > before.length) return { ...span, at: span.at - before.length }
      from = span.at + 1
    }
    return inside
  }

  /** Nothing more is looked for. */
  close(): void {
    for (const direction of this.#tails.keys()) this.#forget(direction)
  }

  #keep(direction: number, row: LogRow, before: Buffer, data: Buffer): void {
    this.#forget(direction)
    if (this.reach === 0) return
    const bytes =
      data.length >= this.reach
        ? Buffer.from(data.subarray(data.length - this.reach))
        : Buffer.concat([before.subarray(data.length - this.reach), data])
    this.#tails.set(direction, { position: (row.position + data.length) >>> 0, bytes })
    keptBytes += bytes.length + overhead
    if (this.#tails.size <= mostTails && keptBytes <= mostBytes) return
    // Several at once: to find the oldest one of many takes long.
    const kept = this.#tails.size * (1 - forgottenTogether)
    for (const oldest of this.#tails.keys()) {
      this.#forget(oldest)
      if (this.#tails.size <= kept) return
    }
  }

  #forget(direction: number): void {
    const tail = this.#tails.get(direction)
    if (tail === undefined) return
    this.#tails.delete(direction)
    keptBytes -= tail.bytes.length + overhead
  }
}

const none = Buffer.alloc(0)

interface Finder {
  readonly find: (bytes: Buffer, from: number) => Span | undefined
  /** Bytes of the longest match that is found across rows. */
  readonly longest: number
}

/** Whether it is looked for by a regular expression, which may take long. */
export function isExpression(pattern: Pattern): boolean {
  return pattern.as === 'regex' || (pattern.as === 'text' && pattern.anyCase === true)
}

function finder(pattern: Pattern): Finder {
  if (pattern.as === 'regex')
    return { find: findRegex(pattern.regex), longest: longestRegexPart + 1 }
  if (pattern.as === 'text' && pattern.anyCase === true) {
    const { source, longest } = anyCase(pattern)
    return { find: findRegex(source), longest }
  }
  const bytes = patternBytes(pattern)
  return { find: findBytes(bytes), longest: bytes.length }
}

function findBytes(wanted: Buffer): Finder['find'] {
  const { length } = wanted
  return (bytes, from) => {
    const at = bytes.indexOf(wanted, from)
    return at === -1 ? undefined : { at, length }
  }
}

/** Each byte is a character, U+0000 to U+00FF, as `\xNN` says it. */
function findRegex(source: string): Finder['find'] {
  let regex: RegExp
  try {
    regex = new RegExp(source, 'gs')
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new WorkbenchError('WORKBENCH_INVALID', message, { cause })
  }
  return (bytes, from) => {
    regex.lastIndex = from
    const found = regex.exec(bytes.toString('latin1'))
    // An empty match is everywhere, and of no use.
    return found === null || found[0] === ''
      ? undefined
      : { at: found.index, length: found[0].length }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
