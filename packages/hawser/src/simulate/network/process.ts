import { inTurn } from '../../testing/next-turn.js'

/** What the operating system does when a process is gone. */
export interface Belonging {
  /** It was killed: its sockets are closed for it. */
  close(): void
  /** The power went off: the machine says nothing more. */
  vanish(): void
  /** The power is on again: the machine says that it knows nothing of it. */
  disown(): void
  /** It stands still: nothing is handed to it. */
  freeze(): void
  /** It runs again. */
  thaw(): void
}

/**
 * One run of a host's program. It can stand still, as with SIGSTOP or under a collection that takes
 * seconds, and it can die; then nothing in it is ever called again.
 */
export class Process {
  readonly name: string
  readonly #enter: (callback: () => void) => void
  readonly #belongings = new Set<Belonging>()
  readonly #waiting = new Set<() => void>()
  readonly #held: (() => void)[] = []
  readonly #maxDescriptors: number
  #state: 'running' | 'frozen' | 'waking' | 'dead' = 'running'

  /**
   * @param name its host, with a number from the second run on
   * @param enter calls what belongs to the process
   */
  constructor(name: string, maxDescriptors: number, enter: (callback: () => void) => void) {
    this.name = name
    this.#maxDescriptors = maxDescriptors
    this.#enter = enter
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen' || this.#state === 'waking'
  }

  /** Sockets that are open, those that listen included. */
  get descriptors(): number {
    return this.#belongings.size
  }

  get hasDescriptor(): boolean {
    return this.#belongings.size < this.#maxDescriptors
  }

  /** Call it now, once the process runs again, or never. */
  readonly run = (callback: () => void): void => {
    if (this.#state === 'running') this.#enter(callback)
    else if (this.#state !== 'dead') this.#held.push(callback)
  }

  /** It has a descriptor more. */
  hold(what: Belonging): void {
    this.#belongings.add(what)
  }

  /** It has one less. */
  release(what: Belonging): void {
    if (!this.#belongings.delete(what)) return
    for (const wake of this.#waiting) wake()
  }

  /** Call it each time that a descriptor is free. */
  onRelease(wake: () => void): () => void {
    this.#waiting.add(wake)
    return () => this.#waiting.delete(wake)
  }

  freeze(): void {
    if (this.#state === 'waking') this.#state = 'frozen'
    if (this.#state !== 'running') return
    this.#state = 'frozen'
    for (const each of this.#belongings) each.freeze()
  }

  thaw(): void {
    if (this.#state !== 'frozen') return
    this.#state = 'waking'
    this.#wake()
  }

  /** One after another, as a runtime calls them: promises settle between two. */
  #wake(): void {
    if (this.#state !== 'waking') return
    const callback = this.#held.shift()
    if (callback === undefined) {
      this.#state = 'running'
      for (const each of this.#belongings) each.thaw()
      return
    }
    this.#enter(callback)
    inTurn(() => this.#wake())
  }

  /** Killed: the operating system goes on, and closes what it had open. */
  kill(): void {
    this.#die((each) => each.close())
  }

  /**
   * Gone with its machine.
   *
   * @returns call it when the machine is on again
   */
  vanish(): () => void {
    const gone = [...this.#belongings]
    this.#die((each) => each.vanish())
    return () => gone.forEach((each) => each.disown())
  }

  #die(end: (each: Belonging) => void): void {
    if (this.#state === 'dead') return
    this.#state = 'dead'
    this.#held.length = 0
    for (const each of [...this.#belongings]) end(each)
    this.#belongings.clear()
    this.#waiting.clear()
  }
}
