import type { Fault } from './fault.js'

/** What became of a fault. */
export interface FaultChange {
  readonly what: 'added' | 'changed' | 'removed'
  readonly fault: Fault
}

/** The faults of one proxy, in their order; they may be changed while connections go through it. */
export class FaultSet {
  #faults: readonly Fault[]
  readonly #listeners = new Set<(change: FaultChange) => void>()

  constructor(faults: readonly Fault[] = []) {
    this.#faults = faults
  }

  /** Those for the way up come first, as toxiproxy lists them. */
  get all(): readonly Fault[] {
    const [up, down] = [this.of('up'), this.of('down')]
    return [...up, ...down]
  }

  of(way: Fault['way']): readonly Fault[] {
    return this.#faults.filter((fault) => fault.way === way)
  }

  find(name: string): Fault | undefined {
    return this.#faults.find((fault) => fault.name === name)
  }

  /** Add one, or put it in the place of the one with its name. */
  set(fault: Fault): void {
    const before = this.find(fault.name)
    this.#faults =
      before === undefined
        ? [...this.#faults, fault]
        : this.#faults.map((each) => (each === before ? fault : each))
    this.#tell({ what: before === undefined ? 'added' : 'changed', fault })
  }

  remove(fault: Fault): void {
    this.#faults = this.#faults.filter((each) => each !== fault)
    this.#tell({ what: 'removed', fault })
  }

  clear(): void {
    for (const fault of this.#faults) this.remove(fault)
  }

  /** @returns stops it */
  listen(listener: (change: FaultChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: FaultChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
