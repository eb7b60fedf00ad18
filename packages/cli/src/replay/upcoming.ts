import { type Recording, speakerOf, type Start, startOf } from './script/recorded.js'
import { rowsOf } from './script/steps.js'
import type { Stage } from './stage.js'

/** So many connections of a log wait for their client at once. */
const most = 64
/** So much of what a client said first is compared. */
const longestOpening = 4 * 1024

/** A connection of a log that has not been served yet. */
export interface Upcoming {
  readonly start: Start
  /** What its client said first; undefined where the server spoke first. */
  readonly opening: Uint8Array | undefined
}

/** The connections of a log that wait for their clients, in the order in which they began. */
export class UpcomingConnections {
  readonly #stage: Stage
  readonly #starts: AsyncIterator<Start>
  #waiting: Upcoming[] = []
  #isRead = false
  #filling: Promise<void> = Promise.resolve()

  constructor(stage: Stage, only: number | undefined) {
    this.#stage = stage
    this.#starts = readStarts(stage.recording, only, stage.signal)
  }

  /** Whether there is none left. Right once `fill` has settled. */
  get isEmpty(): boolean {
    return this.#isRead && this.#waiting.length === 0
  }

  /** Whether the next client speaks first, and is to be heard. */
  get isForSpeaker(): boolean {
    return this.#waiting[0]?.opening !== undefined
  }

  /** Read ahead, as far as there is room. */
  fill(): Promise<void> {
    this.#filling = this.#filling.then(() => this.#fill())
    return this.#filling
  }

  /** Take the one whose client began with `bytes`, or else the next one. */
  take(bytes: Uint8Array | undefined): Start | undefined {
    const fits = bytes && this.#waiting.find((upcoming) => this.#fits(upcoming, bytes))
    const taken = fits ?? this.#waiting[0]
    this.#waiting = this.#waiting.filter((upcoming) => upcoming !== taken)
    return taken?.start
  }

  #fits({ opening }: Upcoming, bytes: Uint8Array): boolean {
    if (opening === undefined) return false
    const judge = this.#stage.createJudge()
    try {
      judge.expect(opening)
    } catch {
      return false
    }
    judge.got(bytes)
    return judge.judge(true, false, false) === undefined
  }

  async #fill(): Promise<void> {
    while (!this.#isRead && this.#waiting.length < most) {
      const { done, value } = await this.#starts.next()
      if (done === true) this.#isRead = true
      else if (await this.#stage.admits(value)) {
        this.#waiting.push({ start: value, opening: await this.#readOpening(value) })
      }
    }
  }

  async #readOpening(start: Start): Promise<Uint8Array | undefined> {
    const { recording, signal } = this.#stage
    const pieces: Uint8Array[] = []
    let size = 0
    for await (const row of rowsOf(recording, start, signal)) {
      if (row.kind !== 'in' && row.kind !== 'out') continue
      if (speakerOf(row.kind, start.isOfClient) === 'server' || size >= longestOpening) break
      pieces.push(Buffer.from(row.data.subarray(0, longestOpening - size)))
      size += row.data.length
    }
    return size === 0 ? undefined : Buffer.concat(pieces)
  }
}

async function* readStarts(
  recording: Recording,
  only: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Start, void, undefined> {
  const filter = { kinds: ['event'] as const, signal, ...(only && { connection: only }) }
  for await (const row of recording.rows(filter)) {
    const start = startOf(row)
    if (start !== undefined) yield start
  }
}
