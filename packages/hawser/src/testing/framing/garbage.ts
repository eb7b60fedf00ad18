/** Numbers that look like chance and are the same for the same seed (mulberry32): 0 to 2^32 - 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** Longer ones find nothing more, and take longer. */
const longest = 256

/** Bytes that are no stream of the framing: by chance, or a good stream that was damaged. */
export function garbageOf(good: Uint8Array, next: () => number): Uint8Array {
  const from = next() % (good.length + 1)
  const bytes = good.slice(from, from + 1 + (next() % longest))
  const kind = next() % 4
  if (kind === 0 || bytes.length === 0) {
    return Uint8Array.from({ length: 1 + (next() % 64) }, () => next() & 0xff)
  }
  const at = next() % bytes.length
  if (kind === 1) bytes[at] = next() & 0xff
  if (kind === 2) return bytes.subarray(at)
  if (kind === 3) bytes.copyWithin(at, next() % bytes.length)
  return bytes
}
