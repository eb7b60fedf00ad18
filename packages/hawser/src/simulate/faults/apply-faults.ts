import type { ClockTimer } from '../../policy/clock.js'
import type { WorldClock } from '../time/world-clock.js'
import type { Conditions } from '../network/path.js'
import type { Fault, PathFault } from './fault.js'

/** What faults are done to. */
export interface Victims {
  readonly clock: WorldClock
  note(text: string): void
  /** Nothing gets through until it is mended for the same reason. */
  cut(from: string, to: string, reason: string): void
  /** The way is worse until it is mended for the same reason. */
  worsen(from: string, to: string, reason: string, conditions: Conditions): void
  mend(from: string, to: string, reason: string): void
  reset(from: string, to: string): void
  freeze(host: string): void
  thaw(host: string): void
  /** @returns false when it could not start again */
  kill(host: string): boolean
  powerOff(host: string): boolean
  boot(host: string): void
}

/** Has faults happen at their times, and takes back at once what is still wrong when it is stopped. */
export class FaultSchedule {
  readonly #victims: Victims
  readonly #timers = new Set<ClockTimer>()
  /** Takes back what is wrong now. */
  readonly #undo = new Set<() => void>()

  constructor(victims: Victims, faults: readonly Fault[]) {
    this.#victims = victims
    for (const [index, fault] of faults.entries()) {
      this.#at(Math.max(0, fault.at - victims.clock.now()), () => this.#begin(fault, index))
    }
  }

  /** No further ones, and what is wrong is mended. */
  stop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const undo of [...this.#undo]) undo()
  }

  #at(delay: number, callback: () => void): void {
    const timer = this.#victims.clock.schedule(() => {
      this.#timers.delete(timer)
      callback()
    }, delay)
    this.#timers.add(timer)
  }

  #begin(fault: Fault, index: number): void {
    this.#victims.note(`fault ${JSON.stringify(fault)}`)
    const undo = this.#apply(fault, `fault ${index}`)
    if (undo === undefined || fault.kind === 'reset') return
    const once = (): void => {
      if (this.#undo.delete(once)) undo()
    }
    this.#undo.add(once)
    this.#at(fault.for, once)
  }

  #apply(fault: Fault, reason: string): (() => void) | undefined {
    const victims = this.#victims
    switch (fault.kind) {
      case 'cut': {
        for (const [from, to] of waysOf(fault)) victims.cut(from, to, reason)
        return () => this.#mend(fault, reason)
      }
      case 'bad': {
        for (const [from, to] of waysOf(fault)) {
          victims.worsen(from, to, reason, fault.conditions ?? {})
        }
        return () => this.#mend(fault, reason)
      }
      case 'reset':
        victims.reset(fault.from, fault.to)
        return undefined
      case 'freeze':
        victims.freeze(fault.host)
        return () => victims.thaw(fault.host)
      case 'kill':
        return victims.kill(fault.host) ? () => victims.boot(fault.host) : undefined
      case 'power':
        return victims.powerOff(fault.host) ? () => victims.boot(fault.host) : undefined
    }
  }

  #mend(fault: PathFault, reason: string): void {
    for (const [from, to] of waysOf(fault)) this.#victims.mend(from, to, reason)
  }
}

function waysOf({ from, to, oneWay = false }: PathFault): readonly (readonly [string, string])[] {
  return oneWay
    ? [[from, to]]
    : [
        [from, to],
        [to, from],
      ]
}
