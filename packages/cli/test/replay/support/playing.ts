import { createJudge, type JudgeSettings } from '../../../src/replay/judge/create-judge.js'
import { parseMask } from '../../../src/replay/judge/mask.js'
import { type Command, Player } from '../../../src/replay/play/player.js'
import type { Ending, Side, Step } from '../../../src/replay/step.js'

export function send(text: string, pause = 0): Step {
  return { kind: 'send', bytes: Buffer.from(text, 'latin1'), pause }
}

export function expects(text: string, pause = 0): Step {
  return { kind: 'expect', bytes: Buffer.from(text, 'latin1'), pause }
}

export function ends(by: Side, how: Ending = 'end', pause = 0): Step {
  return { kind: 'end', by, how, pause }
}

/** How a script is played in a test. */
export interface PlayingOptions extends Partial<Omit<JudgeSettings, 'masks'>> {
  readonly masks?: readonly string[]
  readonly speed?: number
  readonly wait?: number
}

/** A player with a clock of its own, whose commands are read as text: `send PING`, `end`, `done`. */
export class Playing {
  now = 0
  /** What is sent is not taken, until `takes`. */
  isStuck = false
  /** The next steps are read one by one, by `reads`. */
  isSlow = false
  readonly player: Player
  readonly #steps: Step[]
  #said: string[] = []
  #untaken = 0

  constructor(steps: readonly Step[], options: PlayingOptions = {}) {
    const { masks = [], expect = 'bytes', framing, speed = Infinity, wait = 1_000 } = options
    const judge = createJudge({ expect, framing, masks: masks.map((mask) => parseMask(mask)) })
    this.player = new Player(judge, { speed, wait }, this.now)
    this.#steps = [...steps, undefined as never]
  }

  /** What was asked for since the last look. */
  says(): string[] {
    this.#read()
    return this.#take()
  }

  receives(text: string): string[] {
    this.#read()
    this.#follow(this.player.received(Buffer.from(text, 'latin1'), this.now))
    return this.says()
  }

  takes(): string[] {
    this.isStuck = false
    for (; this.#untaken > 0; this.#untaken--) this.#follow(this.player.sent(this.now))
    return this.says()
  }

  peerEnds(how: Ending = 'end'): string[] {
    this.#read()
    this.#follow(this.player.ended(how, this.now))
    return this.says()
  }

  /** The next step comes from the disk. */
  reads(): string[] {
    this.#read(1)
    return this.#take()
  }

  /** Time passes, and the player is woken when it wants to be. */
  passes(milliseconds: number): string[] {
    this.#read()
    const end = this.now + milliseconds
    for (;;) {
      const { wakeAt } = this.player
      if (wakeAt > end) break
      this.now = Math.max(this.now, wakeAt)
      this.#follow(this.player.tick(this.now))
      this.#read()
    }
    this.now = end
    return this.says()
  }

  #read(most = this.isSlow ? 0 : Infinity): void {
    for (let read = 0; read < most && this.player.wantsStep && this.#steps.length > 0; read++) {
      const step = this.#steps.shift()
      this.#follow(
        step === undefined ? this.player.finish(this.now) : this.player.take(step, this.now),
      )
    }
  }

  #take(): string[] {
    const said = this.#said
    this.#said = []
    return said
  }

  #follow(commands: readonly Command[]): void {
    for (const command of commands) {
      this.#said.push(describe(command))
      if (command.do !== 'send') continue
      if (this.isStuck) this.#untaken += 1
      else this.#follow(this.player.sent(this.now))
    }
  }
}

function describe(command: Command): string {
  if (command.do === 'send') return `send ${Buffer.from(command.bytes).toString('latin1')}`
  if (command.do !== 'differ') return command.do
  const { kind, at, frame, why } = command.difference
  const where = frame === undefined ? `${at}` : `${at} of frame ${frame}`
  return `${kind} at ${where}${why === undefined ? '' : `: ${why}`}`
}
