import { rowFlags } from 'hawser/log'
import { count } from '../../output/numbers.js'
import type { Recording, Start } from './recorded.js'
import { rowsOf } from './steps.js'

const wrap = 2 ** 32

/**
 * Look through a recorded connection before it is played: one that is not whole cannot be.
 *
 * @returns why not; undefined for one that is whole
 */
export async function examine(
  recording: Recording,
  start: Start,
  signal: AbortSignal,
): Promise<string | undefined> {
  const positions = { in: 0, out: 0 }
  const tls: { in?: boolean; out?: boolean } = {}
  for await (const row of rowsOf(recording, start, signal)) {
    if (row.kind === 'lost') return `the log lost rows of it (row ${count(row.number)})`
    if (row.event?.event === 'mask-stopped') return 'its bytes were not logged to the end'
    if (row.kind === 'event') continue
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
  return undefined
}
