import { rowFlags } from 'hawser/log'
import { count } from '../../output/numbers.js'
import type { RecordedRow, Recording, Start } from './recorded.js'
import { rowsOf } from './steps.js'

const wrap = 2 ** 32

/**
 * Look through a recorded connection before it is played: one that is not whole cannot be.
 *
 * @param masked called with the first row of it that is otherwise than it came
 * @returns why not; undefined for one that is whole
 */
export async function examine(
  recording: Recording,
  start: Start,
  signal: AbortSignal,
  masked: (row: number) => void = () => undefined,
): Promise<string | undefined> {
  const positions = { in: 0, out: 0 }
  const tls: { in?: boolean; out?: boolean } = {}
  let firstMasked: number | undefined
  for await (const row of rowsOf(recording, start, signal)) {
    if (row.kind === 'lost') return `the log lost rows of it (row ${count(row.number)})`
    if (row.event?.event === 'mask-stopped') return 'its bytes were not logged to the end'
    if (row.kind === 'event') {
      const why = describeEffect(row)
      if (why !== undefined) return why
      continue
    }
    if ((row.flags & rowFlags.changed) !== 0) firstMasked ??= row.number
    const at = positions[row.kind]
    const missing = (row.position - at + wrap) % wrap
    if (missing !== 0) return `${count(missing)} bytes are missing in the log at byte ${count(at)}`
    if ((row.flags & rowFlags.cut) !== 0) {
      return `the log has only the beginning of row ${count(row.number)}`
    }
    positions[row.kind] = (at + row.data.length) % wrap
    // A proxy may speak it on one side only.
    const isTls = (row.flags & rowFlags.tls) !== 0
    if ((tls[row.kind] ??= isTls) !== isTls)
      return 'it begins TLS in the middle, which cannot be replayed'
  }
  // Nothing has said that it was a fault or a rule.
  if (firstMasked !== undefined) masked(firstMasked)
  return undefined
}

/** The log has bytes as they came: what the other side got of them, and replied to, is not known. */
function describeEffect({ event, number }: RecordedRow): string | undefined {
  if (event === undefined) return undefined
  const { event: name, effect, reason } = event
  if (name === 'close' && (reason === 'fault' || reason === 'rule')) {
    return `a ${reason} ended it when it was recorded (row ${count(number)}): record it without`
  }
  if (name !== 'fault' && name !== 'rule') return undefined
  if (effect !== 'changed' && effect !== 'repeated' && effect !== 'lost') return undefined
  return `a ${name} ${effect} bytes of it when it was recorded (row ${count(number)}): record it without`
}
