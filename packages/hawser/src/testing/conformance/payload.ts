import assert from 'node:assert/strict'

/**
 * Bytes in which a lost, doubled or moved stretch shows.
 *
 * @param start where in an endless stream of such bytes to begin
 */
export function makePayload(size: number, start = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index += 1) {
    const place = start + index
    bytes[index] = place ^ ((place >>> 8) * 31)
  }
  return bytes
}

/** Fails with the first place at which the bytes differ. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: the number of bytes`)
  if (Buffer.compare(actual, expected) === 0) return
  const at = actual.findIndex((byte, index) => byte !== expected[index])
  assert.fail(`${what}: byte ${at} is ${actual[at]}, expected ${expected[at]}`)
}
