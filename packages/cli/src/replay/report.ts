import { escapeText } from '../output/escape.js'
import { dumpBytes } from '../output/hex.js'
import { count, plural } from '../output/numbers.js'
import type { Difference } from './difference.js'
import type { Outcome } from './play/conversation.js'

/** Where the bytes of a row of a dump begin, in hexadecimal and as text. */
const hexColumn = 10
const textColumn = 61

/**
 * A difference as lines of at most 80 columns.
 *
 * @param who `connection 3`
 * @param whose the side whose bytes are compared: `server`
 */
export function describeDifference(
  difference: Difference,
  { who, whose, wait }: { who: string; whose: string; wait: number },
): string[] {
  const { expected, got, column, at, gotAt } = difference
  const head = `${who}: ${describeKind(difference, whose, wait)}`
  const rows = []
  if (expected.length > column) rows.push(`- ${dumpBytes(expected, { offset: at - column })[0]}`)
  if (got.length > column) rows.push(`+ ${dumpBytes(got, { offset: gotAt - column })[0]}`)
  if (rows.length > 0) rows.push(markColumn(column))
  return [head, ...rows]
}

function describeKind(difference: Difference, whose: string, wait: number): string {
  const { kind, frame, why = '' } = difference
  const at = place(difference.at)
  const inFrame = frame === undefined ? '' : ` of its frame ${count(frame)}`
  const where = `byte ${at}${inFrame}`
  switch (kind) {
    case 'differs':
      return frame === undefined
        ? `the ${whose}'s byte ${at} differs`
        : `byte ${at} of the ${whose}'s frame ${count(frame)} differs`
    case 'more':
      return `the ${whose} sent more than was recorded, from ${where} on`
    case 'ended':
      return `the ${whose} ended where ${where} was expected`
    case 'reset':
      return `the ${whose} reset the connection, which had ended in order`
    case 'silent':
      return `the ${whose} was silent for ${wait / 1000}s where ${where} was expected`
    case 'open':
      return `the ${whose} did not end within ${wait / 1000}s, and had when it was recorded`
    case 'framing':
      return `the ${whose}'s frame ${count(frame ?? 1)} does not fit: ${escapeText(why)}`
  }
}

function place(at: number): string {
  return `${count(at)} (0x${at.toString(16)})`
}

function markColumn(column: number): string {
  const hex = hexColumn + 3 * column + (column >= 8 ? 1 : 0)
  const marks = `${' '.repeat(hex)}^^`
  return `  ${marks}${' '.repeat(textColumn + column - marks.length)}^`
}

/** What became of all connections. */
export class Tally {
  readonly #since = performance.now()
  #played = 0
  #different = 0
  #failed = 0
  #skipped = 0
  #sent = 0
  #received = 0

  add({ difference, failure, bytesSent, bytesReceived }: Outcome): void {
    this.#played += 1
    if (difference !== undefined) this.#different += 1
    if (failure !== undefined) this.#failed += 1
    this.#sent += bytesSent
    this.#received += bytesReceived
  }

  /** One was not played. */
  skip(): void {
    this.#skipped += 1
  }

  /** Whether any was not played. */
  get hasSkipped(): boolean {
    return this.#skipped > 0
  }

  /** Whether all of the log was played, and was as recorded. */
  get isGood(): boolean {
    return this.#different === 0 && this.#failed === 0 && this.#skipped === 0
  }

  describe(): string {
    const seconds = ((performance.now() - this.#since) / 1000).toFixed(1)
    const bytes = `${count(this.#sent)} B sent, ${count(this.#received)} B received`
    const parts = [`${plural(this.#played, 'connection')}, ${bytes}, in ${seconds}s`]
    if (this.#different > 0) parts.push(`${count(this.#different)} differed`)
    if (this.#failed > 0) parts.push(`${count(this.#failed)} failed`)
    if (this.#skipped > 0) parts.push(`${count(this.#skipped)} skipped`)
    return `${parts.join('; ')}${this.isGood ? ': as recorded' : ''}`
  }
}
