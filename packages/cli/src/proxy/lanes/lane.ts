import type { Clock } from 'hawser'
import type { Chance } from '../faults/chance.js'
import type { Fault, Way } from '../faults/fault.js'
import type { FaultChange, FaultSet } from '../faults/fault-set.js'
import { type Effect, type Ending, Stage } from '../faults/stage.js'
import { Link } from './link.js'
import type { Reserve } from './reserve.js'

/** What a lane may hold: a line of 1 Gbit/s with a latency of 30 ms has as much under way. */
const mostHeld = 4 * 1024 * 1024
/** What it may hold when all lanes together hold too much. */
const leastHeld = 64 * 1024

/** Where a lane leads to. */
export interface LaneEnd {
  /** Whether it takes no more for now; `room` is called when it does again. */
  readonly isFull: boolean
  send(piece: Uint8Array): void
  finish(how: Ending): void
}

/** What a lane is made with. */
export interface LaneOptions {
  readonly way: Way
  readonly faults: FaultSet
  readonly clock: Clock
  readonly reserve: Reserve
  /** Where the dice of a fault come from, by its name. */
  readonly chance: (fault: string) => Chance
  /** A fault meets this connection, or does something to it. */
  readonly struck: (fault: Fault, what?: string, effect?: Effect) => void
}

/**
 * One direction of a connection, with its faults in a row: what is put in comes out at its end later,
 * changed, or not at all. What it holds is bounded: while it is full, its source is not read.
 */
export class Lane {
  /** Settles when its end has come, or it leads nowhere any more. */
  readonly over: Promise<void>
  readonly #options: LaneOptions
  readonly #end: LaneEnd
  readonly #stopListening: () => void
  #links: Link[] = []
  #held = 0
  #isOver = false
  #tellOver: () => void = () => {}
  #timer: ReturnType<Clock['schedule']> | undefined
  #timerDue = Infinity
  #waiting: (() => void)[] = []
  #emptied: (() => void)[] = []

  constructor(end: LaneEnd, options: LaneOptions) {
    this.over = new Promise((resolve) => {
      this.#tellOver = resolve
    })
    this.#end = end
    this.#options = options
    this.#stopListening = options.faults.listen((change) => this.#change(change))
    for (const fault of options.faults.of(options.way)) this.#add(fault)
    this.#settle()
  }

  get isFull(): boolean {
    if (this.#isOver) return false
    if (this.#end.isFull || this.#links.some(({ stage }) => stage.full)) return true
    return this.#held > (this.#options.reserve.isUsedUp ? leastHeld : mostHeld)
  }

  take(piece: Uint8Array): void {
    this.#feed(0, piece)
    this.#settle()
  }

  finish(how: Ending): void {
    this.#finish(0, how)
    this.#settle()
  }

  /** Settles when there is room, or nothing matters any more. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Settles when its faults hold nothing, or nothing matters any more. */
  async empty(): Promise<void> {
    while (this.#held > 0 && !this.#isOver) {
      await new Promise<void>((resolve) => this.#emptied.push(resolve))
    }
  }

  /** Its end takes bytes again. */
  resume(): void {
    this.#advance()
  }

  /** It leads nowhere any more: everything that it holds is dropped. */
  abandon(): void {
    if (!this.#isOver) this.#close()
    this.#settle()
  }

  #feed(index: number, piece: Uint8Array): void {
    if (this.#isOver) return
    const link = this.#links[index]
    if (link === undefined) this.#end.send(piece)
    else link.stage.take(piece, this.#now(), link)
  }

  #finish(index: number, how: Ending): void {
    if (this.#isOver) return
    const link = this.#links[index]
    if (link !== undefined) link.stage.finish(how, this.#now(), link)
    else {
      this.#close()
      this.#end.finish(how)
    }
  }

  #close(): void {
    this.#isOver = true
    this.#links = []
    this.#stopListening()
    this.#tellOver()
  }

  #now(): number {
    return this.#options.clock.now()
  }

  /** After whatever happened: count what is held, wake up who waits, and set the timer. */
  #settle(): void {
    const held = this.#links.reduce((sum, { stage }) => sum + stage.held, 0)
    this.#options.reserve.held += held - this.#held
    this.#held = held
    if (this.#emptied.length > 0 && held === 0) {
      for (const wake of this.#emptied.splice(0)) wake()
    }
    if (this.#waiting.length > 0 && !this.isFull) {
      for (const wake of this.#waiting.splice(0)) wake()
    }
    const due = this.#end.isFull ? Infinity : Math.min(...this.#links.map(({ stage }) => stage.due))
    if (this.#timerDue === due) return
    this.#timer?.cancel()
    this.#timerDue = due
    if (due === Infinity) return
    this.#timer = this.#options.clock.schedule(
      () => {
        this.#timerDue = Infinity
        this.#advance()
      },
      due - this.#now(),
      true,
    )
  }

  #advance(): void {
    const now = this.#now()
    for (const link of this.#links) {
      if (this.#end.isFull || this.#isOver) break
      if (link.stage.due <= now) link.stage.advance(now, link)
    }
    this.#settle()
  }

  #change({ what, fault }: FaultChange): void {
    if (fault.way !== this.#options.way) return
    if (what === 'added') this.#add(fault)
    else {
      const link = this.#links.find((each) => each.fault.name === fault.name)
      if (link !== undefined) {
        if (what === 'changed') this.#replace(link, fault)
        else this.#remove(link)
      }
    }
    this.#settle()
  }

  #add(fault: Fault): void {
    const chance = this.#options.chance(fault.name)
    const link = new Link(fault, chance, {
      bytes: (piece) => this.#feed(this.#links.indexOf(link) + 1, piece),
      finish: (how) => this.#finish(this.#links.indexOf(link) + 1, how),
      struck: (what, effect) => this.#options.struck(link.fault, what, effect),
    })
    this.#links.push(link)
    link.stage = this.#createStage(link)
  }

  #replace(link: Link, fault: Fault): void {
    const before = link.stage
    link.fault = fault
    before.leave(link)
    if (!this.#isOver) link.stage = this.#createStage(link, before)
  }

  #remove(link: Link): void {
    const before = link.stage
    link.stage = new Stage()
    before.leave(link)
    before.removed(link)
    this.#links = this.#links.filter((each) => each !== link)
  }

  /** Of a connection that the dice spare it is one that does nothing. */
  #createStage(link: Link, before?: Stage): Stage {
    const { fault, chance } = link
    if (chance.random() >= fault.toxicity) return new Stage()
    this.#options.struck(fault)
    return fault.kind.create(fault.attributes, chance.random, this.#now(), before)
  }
}
