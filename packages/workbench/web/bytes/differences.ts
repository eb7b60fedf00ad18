/** A run of bytes that two messages share, or that only one of them has. */
export interface Difference {
  readonly kind: 'same' | 'removed' | 'added'
  readonly bytes: Uint8Array
}

/** Pairs of bytes that are compared: of messages that differ in more, all that differs is one run. */
const mostPairs = 1_000_000

/** What has to be removed from `before` and added to it to be `after`: as little as there is. */
export function findDifferences(before: Uint8Array, after: Uint8Array): Difference[] {
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return joinRuns([
    { kind: 'same', bytes: before.subarray(0, head) },
    ...compare(
      before.subarray(head, before.length - tail),
      after.subarray(head, after.length - tail),
    ),
    { kind: 'same', bytes: before.subarray(before.length - tail) },
  ])
}

function compare(before: Uint8Array, after: Uint8Array): Difference[] {
  if (before.length * after.length > mostPairs) {
    return [
      { kind: 'removed', bytes: before },
      { kind: 'added', bytes: after },
    ]
  }
  const shared = longestShared(before, after)
  const width = after.length + 1
  const found: Difference[] = []
  let [at, to] = [0, 0]
  while (at < before.length || to < after.length) {
    const here = at * width + to
    if (at < before.length && to < after.length && before[at] === after[to]) {
      found.push({ kind: 'same', bytes: before.subarray(at, at + 1) })
      at++
      to++
    } else if (
      to >= after.length ||
      (at < before.length && isMore(shared, here + width, here + 1))
    ) {
      found.push({ kind: 'removed', bytes: before.subarray(at, at + 1) })
      at++
    } else {
      found.push({ kind: 'added', bytes: after.subarray(to, to + 1) })
      to++
    }
  }
  return found
}

/** For each pair of places, how many bytes the rests behind them share, in their order. */
function longestShared(before: Uint8Array, after: Uint8Array): Uint16Array {
  const width = after.length + 1
  const shared = new Uint16Array((before.length + 1) * width)
  for (let at = before.length - 1; at >= 0; at--) {
    for (let to = after.length - 1; to >= 0; to--) {
      const here = at * width + to
      const [down, right] = [shared[here + width] ?? 0, shared[here + 1] ?? 0]
      shared[here] =
        before[at] === after[to] ? (shared[here + width + 1] ?? 0) + 1 : Math.max(down, right)
    }
  }
  return shared
}

function isMore(shared: Uint16Array, one: number, other: number): boolean {
  return (shared[one] ?? 0) >= (shared[other] ?? 0)
}

function joinRuns(differences: readonly Difference[]): Difference[] {
  const runs: { kind: Difference['kind']; bytes: number[] }[] = []
  for (const { kind, bytes } of differences) {
    if (bytes.length === 0) continue
    const last = runs.at(-1)
    if (last?.kind === kind) last.bytes.push(...bytes)
    else runs.push({ kind, bytes: [...bytes] })
  }
  return runs.map(({ kind, bytes }) => ({ kind, bytes: Uint8Array.from(bytes) }))
}
