import { type Connection, type ConnectOptions, raw } from 'hawser'
import { createJudge, type JudgeSettings } from './judge/create-judge.js'
import type { Judge } from './judge/judge.js'
import { Conversation, type Outcome } from './play/conversation.js'
import { Player, type PlayerSettings } from './play/player.js'
import { examine } from './script/examine.js'
import type { Recording, Speaker, Start } from './script/recorded.js'
import { readSteps } from './script/steps.js'

/** What is told while a log is played. */
export interface Audience {
  /** A connection is over. */
  played(start: Start, outcome: Outcome): void
  /** A connection of the log cannot be played. */
  skipped(start: Start, why: string): void
  /** Bytes of one are masked in the log, from this row on. */
  masked(start: Start, row: number): void
}

/** Options of a client's connection, and of a server. */
type Patience = Pick<
  ConnectOptions<Uint8Array, Uint8Array | string>,
  'framing' | 'allowHalfOpen' | 'consumerTimeout' | 'writeTimeout' | 'minimumRate'
>

/** What of a connection's limits is the affair of the two sides: the player has limits of its own. */
export const patient: Patience = {
  framing: raw(),
  allowHalfOpen: true,
  consumerTimeout: Infinity,
  writeTimeout: Infinity,
  minimumRate: Infinity,
}

/** What all connections of a run share: the log, who is played, and how. */
export class Stage {
  readonly recording: Recording
  readonly ours: Speaker
  readonly signal: AbortSignal
  readonly #settings: PlayerSettings & JudgeSettings
  readonly #audience: Audience

  constructor(
    recording: Recording,
    ours: Speaker,
    settings: PlayerSettings & JudgeSettings,
    audience: Audience,
    signal: AbortSignal,
  ) {
    this.recording = recording
    this.ours = ours
    this.signal = signal
    this.#settings = settings
    this.#audience = audience
  }

  get speed(): number {
    return this.#settings.speed
  }

  /** How long the other side may be silent. */
  get wait(): number {
    return this.#settings.wait
  }

  createJudge(): Judge {
    return createJudge(this.#settings)
  }

  /** @returns whether the log has all of the connection */
  async admits(start: Start): Promise<boolean> {
    const why = await examine(this.recording, start, this.signal, (row) => {
      this.#audience.masked(start, row)
    })
    if (why !== undefined) this.#audience.skipped(start, why)
    return why === undefined
  }

  /** @param first what was read of the connection before */
  async play(start: Start, connection: Connection, first?: Uint8Array): Promise<void> {
    const player = new Player(this.createJudge(), this.#settings, performance.now())
    const steps = readSteps(this.recording, start, this.ours, this.signal)
    const stop = (): void => connection.reset()
    this.signal.addEventListener('abort', stop)
    const outcome = await new Conversation(connection, player, steps, first).run()
    this.signal.removeEventListener('abort', stop)
    if (!this.signal.aborted) this.#audience.played(start, outcome)
  }

  /** A connection could not be made. */
  failed(start: Start, failure: string): void {
    this.#audience.played(start, { failure, bytesSent: 0, bytesReceived: 0 })
  }
}
