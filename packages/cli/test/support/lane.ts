import { VirtualClock } from 'hawser/testing'
import { Chance } from '../../src/proxy/faults/chance.js'
import type { Way } from '../../src/proxy/faults/fault.js'
import { FaultSet } from '../../src/proxy/faults/fault-set.js'
import { parseFaults } from '../../src/proxy/faults/spec.js'
import type { Ending } from '../../src/proxy/faults/stage.js'
import { Lane } from '../../src/proxy/lanes/lane.js'
import { Reserve } from '../../src/proxy/lanes/reserve.js'

/** What may be different of a {@link TestedLane}. */
export interface TestedLaneOptions {
  readonly way?: Way
  readonly seed?: number
  readonly reserve?: Reserve
}

/** A lane on a virtual clock, and what came out of it. */
export class TestedLane {
  readonly clock = new VirtualClock()
  readonly faults: FaultSet
  readonly reserve: Reserve
  readonly lane: Lane
  /** `[when, what]`: text, or how it ended. */
  readonly out: [number, string][] = []
  /** What faults did. */
  readonly strikes: string[] = []
  readonly end = {
    isFull: false,
    send: (piece: Uint8Array): void => this.#note(Buffer.from(piece).toString('latin1')),
    finish: (how: Ending): void => this.#note(`(${how})`),
  }

  constructor(specs: readonly string[], options: TestedLaneOptions = {}) {
    const { way = 'down', seed = 1, reserve = new Reserve(Infinity) } = options
    this.reserve = reserve
    this.faults = new FaultSet(parseFaults(specs))
    this.lane = new Lane(this.end, {
      way,
      faults: this.faults,
      clock: this.clock,
      reserve,
      chance: (fault) => new Chance(seed, fault),
      struck: (fault, what) => this.strikes.push(what ?? `meets ${fault.name}`),
    })
  }

  take(text: string): void {
    this.lane.take(Buffer.from(text, 'latin1'))
  }

  /** Every byte that came out, in order. */
  get text(): string {
    return this.out.map(([, what]) => what).join('')
  }

  #note(what: string): void {
    this.out.push([this.clock.now(), what])
  }
}
