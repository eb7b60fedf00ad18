import type { Step } from '../step.js'
import { Endings } from './endings.js'
import {
  type RecordedRow,
  type Recording,
  type Speaker,
  speakerOf,
  type Start,
} from './recorded.js'

/** No pause is longer, whatever a log says. */
const longestPause = 3_600_000

/** What is played of a recorded connection, for the side that plays it, read as it is needed. */
export async function* readSteps(
  recording: Recording,
  start: Start,
  ours: Speaker,
  signal: AbortSignal,
): AsyncGenerator<Step, void, undefined> {
  const endings = new Endings(start.isOfClient)
  let last = start.time
  for await (const row of rowsOf(recording, start, signal)) {
    const pause = Math.min(Math.max(0, row.time - last) || 0, longestPause)
    last = row.time
    if (row.kind === 'in' || row.kind === 'out') {
      const isOurs = speakerOf(row.kind, start.isOfClient) === ours
      // A row that waits would keep the whole block that it is in.
      yield isOurs
        ? { kind: 'send', bytes: Buffer.from(row.data), pause }
        : { kind: 'expect', bytes: row.data, pause }
    } else if (row.event !== undefined) {
      for (const { by, how } of endings.of(row.event)) {
        yield { kind: 'end', by: by === ours ? 'ours' : 'theirs', how, pause }
      }
    }
  }
}

/** The rows of a recorded connection, to its end. */
export async function* rowsOf(
  recording: Recording,
  { connection, row }: Start,
  signal: AbortSignal,
): AsyncGenerator<RecordedRow, void, undefined> {
  for await (const found of recording.rows({ connection, from: row, signal })) {
    yield found
    if (found.event?.event === 'close') return
  }
}
