import type { Difference, DifferenceKind } from '../difference.js'
import type { Judge } from '../judge/judge.js'
import type { Ending, Step } from '../step.js'
import { Speech } from './speech.js'

/** What a player asks for. */
export type Command =
  /** Tell it with `sent` when there is room for more. */
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** End our direction: FIN. */
  | { readonly do: 'end' }
  /** RST. It is over. */
  | { readonly do: 'reset' }
  /** It is over, and was not as recorded. */
  | { readonly do: 'differ'; readonly difference: Difference }
  /** It is over, and was as recorded. */
  | { readonly do: 'done' }

/** How a script is played. Times are milliseconds. */
export interface PlayerSettings {
  /** Our pauses are divided by it; Infinity makes none. */
  readonly speed: number
  /** How long the other side may be silent where it is to speak, beside its recorded pause. */
  readonly wait: number
}

/** So much of what is to be sent is read ahead. */
const mostQueued = 256 * 1024
/** Bytes that came before it is known what was recorded there; above that, no more is read. */
const mostAhead = 64 * 1024

/**
 * Plays one side of a recorded conversation. It has no socket and no clock: it gets what happens, with the
 * time, and returns what is to be done.
 */
export class Player {
  readonly #judge: Judge
  readonly #settings: PlayerSettings
  readonly #speech = new Speech(mostQueued)
  /** Up to where each recorded pause of the other side lasts. */
  readonly #pauses: { readonly until: number; readonly pause: number }[] = []
  #expected = 0
  #isRead = false
  #theirEnd: Ending | undefined
  #theyEnded: Ending | undefined
  #weEnded = false
  #isOver = false
  /** Since when nothing has happened. */
  #quietSince: number

  /** @param now when the connection was made */
  constructor(judge: Judge, settings: PlayerSettings, now: number) {
    this.#judge = judge
    this.#settings = settings
    this.#quietSince = now
  }

  /** Whether it takes another step, now. */
  get wantsStep(): boolean {
    return !this.#isOver && !this.#isRead && !this.#speech.isFull && this.#judge.wants
  }

  /** Whether it takes what comes from the other side, now. */
  get wantsBytes(): boolean {
    return !this.#isOver && this.#judge.ahead < mostAhead
  }

  /** When to call `tick`; Infinity for never. */
  get wakeAt(): number {
    if (this.#isOver) return Infinity
    if (this.#isOurTurn) return this.#speech.due
    // What is to come next is not known: it cannot be late.
    return this.wantsStep ? Infinity : this.#deadline
  }

  /**
   * The next step of the script.
   *
   * @throws an error for a recording that does not fit the framing
   */
  take(step: Step, now: number): Command[] {
    if (this.#judge.owed === 0) this.#quietSince = now
    if (step.kind === 'expect') {
      this.#expected += step.bytes.length
      this.#judge.expect(step.bytes)
      if (step.pause > 0) this.#pauses.push({ until: this.#expected, pause: step.pause })
    } else if (step.kind === 'end' && step.by === 'theirs') {
      this.#theirEnd = step.how
      if (step.pause > 0) this.#pauses.push({ until: Infinity, pause: step.pause })
    } else {
      const afterEnd = this.#theirEnd !== undefined
      this.#speech.add({ ...step, after: this.#expected, afterEnd })
    }
    return this.#advance(now)
  }

  /** The script has no further step. */
  finish(now: number): Command[] {
    this.#isRead = true
    return this.#advance(now)
  }

  /** Bytes of the other side. */
  received(bytes: Uint8Array, now: number): Command[] {
    this.#quietSince = now
    this.#judge.got(bytes)
    return this.#advance(now)
  }

  /** There is room for more after a `send`. */
  sent(now: number): Command[] {
    this.#quietSince = now
    this.#speech.isUnderWay = false
    return this.#advance(now)
  }

  /** The other side has ended its direction, or the connection. */
  ended(how: Ending, now: number): Command[] {
    if (this.#theyEnded === undefined || how === 'reset') this.#theyEnded = how
    this.#quietSince = now
    return this.#advance(now)
  }

  /** Time has passed. */
  tick(now: number): Command[] {
    return this.#advance(now)
  }

  get #deadline(): number {
    const { reached } = this.#judge
    while (this.#pauses.length > 0 && this.#pauses[0]!.until <= reached) this.#pauses.shift()
    return this.#quietSince + this.#settings.wait + (this.#pauses[0]?.pause ?? 0)
  }

  /** Whether what we have to say next waits for nothing but its time. */
  get #isOurTurn(): boolean {
    const { next, isUnderWay } = this.#speech
    if (next === undefined || isUnderWay || next.after > this.#judge.reached) return false
    return !next.afterEnd || this.#theyEnded !== undefined
  }

  #advance(now: number): Command[] {
    const commands: Command[] = []
    while (!this.#isOver && this.#act(now, commands));
    return commands
  }

  /** @returns whether there may be more to do */
  #act(now: number, commands: Command[]): boolean {
    const difference = this.#compare()
    if (difference !== undefined) return this.#end(commands, { do: 'differ', difference })
    if (this.#theyEnded === 'reset' && !this.wantsStep) return this.#end(commands, { do: 'done' })
    if (this.#isOurTurn) return this.#speak(now, commands)
    if (this.#isComplete && this.#theyEnded !== undefined && this.#weEnded) {
      return this.#end(commands, { do: 'done' })
    }
    if (this.#isComplete && !this.#weEnded && !this.#isToEnd) {
      // It was not recorded that we do.
      this.#weEnded = true
      this.#quietSince = now
      commands.push({ do: 'end' })
      return true
    }
    return now >= this.#deadline && !this.wantsStep && this.#giveUp(now, commands)
  }

  #compare(): Difference | undefined {
    const isFinal = this.#theyEnded !== undefined
    const known = !this.wantsStep
    const difference = this.#judge.judge(known, this.#isRead, isFinal)
    if (difference !== undefined || !isFinal || this.wantsStep) return difference
    if (this.#judge.owed > 0 && !this.#forgive(Infinity)) return this.#differ('ended')
    // One that was reset may have sent more than arrived here.
    const isUnforeseen = this.#theyEnded === 'reset' && this.#theirEnd !== 'reset'
    return isUnforeseen && !this.#isSettled ? this.#differ('reset') : undefined
  }

  #forgive(until: number): boolean {
    let changed = false
    while (this.#judge.reached < until && this.#judge.forgive(until)) changed = true
    return changed
  }

  /** Whether all was said by both. */
  get #isComplete(): boolean {
    return this.#isRead && this.#speech.isOver && this.#judge.owed === 0
  }

  /** Whether the other side has still to end, as it did. */
  get #isToEnd(): boolean {
    return this.#theirEnd !== undefined && this.#theyEnded === undefined
  }

  /** Whether a reset comes when nothing is left that it could harm: we have ended, and it was never said how they do. */
  get #isSettled(): boolean {
    return this.#isComplete && this.#weEnded && this.#theirEnd === undefined
  }

  #speak(now: number, commands: Command[]): boolean {
    const said = this.#speech.say(now, this.#settings.speed)
    if (said === undefined) return false
    this.#quietSince = now
    if (said.kind === 'send') commands.push({ do: 'send', bytes: said.bytes })
    else if (said.how === 'reset') return this.#end(commands, { do: 'reset' })
    else {
      this.#weEnded = true
      commands.push({ do: 'end' })
    }
    return true
  }

  /** The other side was silent for too long. */
  #giveUp(now: number, commands: Command[]): boolean {
    const difference = this.#judge.judge(true, this.#isRead, true)
    if (difference !== undefined) return this.#end(commands, { do: 'differ', difference })
    const { isUnderWay, next } = this.#speech
    if (!isUnderWay && this.#forgive(next?.after ?? Infinity)) {
      this.#quietSince = now
      return true
    }
    if (this.#isComplete && !this.#isToEnd) return this.#end(commands, { do: 'done' })
    const kind = this.#isComplete ? 'open' : 'silent'
    return this.#end(commands, { do: 'differ', difference: this.#differ(kind) })
  }

  #differ(kind: DifferenceKind): Difference {
    return { kind, ...this.#judge.where() }
  }

  #end(commands: Command[], command: Command): false {
    this.#isOver = true
    commands.push(command)
    return false
  }
}
