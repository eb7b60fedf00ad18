import { escapeBytes } from '../escape.js'

/** Bytes shown before the first one that differs. */
const before = 60

/** An expectation of a scripted peer that was not met; the message shows both sides. */
export class ExpectationError extends Error {
  /** What the script expected, escaped. Absent where it was not bytes. */
  readonly expected: string | undefined
  /** What came instead, escaped. */
  readonly actual: string | undefined

  constructor(message: string, expected?: Uint8Array, actual?: Uint8Array) {
    super(message)
    this.expected = expected === undefined ? undefined : escapeBytes(expected)
    this.actual = actual === undefined ? undefined : escapeBytes(actual)
  }

  /** `ExpectationError`. */
  override get name(): string {
    return 'ExpectationError'
  }
}

/** Both sides around the first byte that differs, one below the other. */
export function describeDifference(expected: Uint8Array, actual: Uint8Array): string {
  const found = expected.findIndex((byte, index) => byte !== actual[index])
  const at = found === -1 ? expected.length : found
  const from = Math.max(0, at - before)
  const where = from === 0 ? '' : ` from byte ${from} on`
  return (
    `byte ${at} differs\n` +
    `  expected${where}: ${escapeBytes(expected.subarray(from), 2 * before)}\n` +
    `  received${where}: ${escapeBytes(actual.subarray(from), 2 * before)}`
  )
}
