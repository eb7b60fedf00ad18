import type { Clock, ClockTimer } from '../policy/clock.js'
import type { TransportChunk } from '../transport.js'
import { BorrowedScratch } from './borrowed-scratch.js'
import { FlightTimes } from './flight-times.js'
import type { LinkSettings, LinkSource, LinkTarget } from './link-ends.js'
import { joinBytes } from './join-bytes.js'
import type { LineToxics } from './toxics.js'
import { inTurn } from './next-turn.js'

type Item =
  | { readonly kind: 'bytes'; bytes: Uint8Array; readonly at: number; due: number }
  | { readonly kind: 'end' | 'reset'; readonly at: number; due: number }

/** Bytes handed on in one turn, so that a tiny chunk size does not cost a turn for each chunk. */
const turnSize = 64 * 1024

/**
 * One direction of a memory pair: what was written waits at the source while `capacity` bytes are
 * in flight, and what is in flight is pushed at the target once its latency has passed. Nothing is
 * ever pushed from inside a call of an owner: every delivery begins in a turn of its own.
 */
export class MemoryLink {
  readonly #base: LinkSettings
  readonly #clock: Clock
  readonly #times: FlightTimes
  #settings: LinkSettings
  #scratch: BorrowedScratch
  #source: LinkSource | undefined
  #target: LinkTarget | undefined
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #finished = false
  #endWaits = false
  #flight: Item[] = []
  #flightBytes = 0
  #delivered = 0
  #resetHeard = false
  #scheduled = false
  #timer: ClockTimer | undefined

  constructor(settings: LinkSettings, clock: Clock) {
    this.#base = settings
    this.#settings = settings
    this.#clock = clock
    this.#times = new FlightTimes(settings, settings.random)
    this.#scratch = new BorrowedScratch(Math.min(settings.chunkSize, turnSize))
  }

  /** The line gets worse or better, for what is under way, too. */
  change(toxics: LineToxics): void {
    const set = Object.entries(toxics).filter(([, value]) => value !== undefined)
    this.#settings = { ...this.#base, ...Object.fromEntries(set) }
    this.#scratch = new BorrowedScratch(Math.min(this.#settings.chunkSize, turnSize))
    this.#times.restart(this.#settings)
    const { vanish } = this.#settings
    const now = this.#clock.now()
    const flight = this.#flight.filter(({ kind, due }) => !vanish || kind !== 'reset' || due <= now)
    this.#flight = []
    for (const item of flight) {
      if (item.kind === 'bytes') this.#send(item.bytes, item.at)
      else this.#flight.push({ ...item, due: this.#times.arrival(0, item.at) })
    }
    this.#timer?.cancel()
    this.#timer = undefined
    this.#fill()
  }

  connect(source: LinkSource, target: LinkTarget): void {
    this.#source = source
    this.#target = target
  }

  /** Bytes that were accepted and are not in flight yet. */
  get unsent(): number {
    return this.#waitingBytes
  }

  /** Whether bytes that the target has not seen have reached it. */
  get hasArrived(): boolean {
    const first = this.#flight[0]
    return first?.kind === 'bytes' && first.due <= this.#clock.now() && !this.#isHeld
  }

  /** Whether a reset has reached the target, which may not have seen it. */
  get hasReset(): boolean {
    const first = this.#flight[0]
    return first?.kind === 'reset' && first.due <= this.#clock.now() && !this.#isHeld
  }

  /** @returns true when all of it is in flight; false when the source will be told `drained` */
  accept(chunks: readonly TransportChunk[]): boolean {
    for (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (bytes.length === 0) continue
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
    }
    this.#fill()
    return this.#waitingBytes === 0
  }

  /** The end of the stream follows what was accepted. */
  finish(): void {
    if (this.#finished) return
    this.#finished = true
    this.#endWaits = true
    this.#fill()
  }

  /** The source goes away in order: what is in flight arrives, followed by the end. */
  release(): void {
    this.#waiting = []
    if (this.#finished) this.#fill()
    else this.finish()
  }

  /** Everything is lost, and the target sees a reset once the latency has passed. */
  reset(): void {
    this.drop()
    if (this.#flight.length > 0 || this.#settings.vanish) return
    const at = this.#clock.now()
    this.#flight.push({ kind: 'reset', at, due: this.#times.arrival(0, at) })
    this.pump()
  }

  /** Something on the way resets it. No byte is lost before that has got through. */
  cut(): void {
    if (this.#settings.vanish || this.#flight[0]?.kind === 'reset') return
    const at = this.#clock.now()
    this.#flight.unshift({ kind: 'reset', at, due: this.#times.arrival(0, at) })
    this.#timer?.cancel()
    this.#timer = undefined
    this.pump()
  }

  /** Reset it unless something is on its way. @returns whether the target is gone already */
  disown(): boolean {
    if (this.#target?.gone === true) return true
    if (this.#flight.length + this.#waiting.length === 0) this.reset()
    return false
  }

  /** Everything is lost but a reset on its way. `unsent` keeps saying how much had not left. */
  drop(): void {
    this.#waiting = []
    this.#flight = this.#flight.filter((item) => item.kind === 'reset')
    this.#flightBytes = 0
    this.#endWaits = false
    this.#timer?.cancel()
    this.#timer = undefined
    this.pump()
  }

  /** The target is gone. What cannot reach it now is answered with a reset when it can. */
  abandon(): void {
    if (!this.#isHeld) this.drop()
  }

  /** Both ends are gone. */
  stop(): void {
    this.#flight = []
    this.drop()
  }

  /** A target that does not read touches its stream: it learns of a reset that has arrived. */
  hearReset(): void {
    const first = this.#flight[0]
    if (first?.kind !== 'reset' || first.due > this.#clock.now() || this.#isHeld) return
    this.#resetHeard = true
    this.pump()
  }

  /** See to it that what can be delivered will be. */
  pump(): void {
    const first = this.#flight[0]
    const target = this.#target
    if (first === undefined || target === undefined) return
    if (!this.#hears(target, first) || this.#scheduled || this.#timer !== undefined) return
    const delay = first.due - this.#clock.now()
    if (delay > 0) {
      const run = (): void => {
        this.#timer = undefined
        this.#turn()
      }
      this.#timer = this.#clock.schedule(run, delay, true)
      return
    }
    this.#scheduled = true
    inTurn(() => {
      this.#scheduled = false
      this.#turn()
    })
  }

  /** Whether nothing arrives, whatever its time. */
  get #isHeld(): boolean {
    return this.#settings.stall || this.#settings.vanish
  }

  #hears(target: LinkTarget, item: Item): boolean {
    if (this.#isHeld) return false
    if (target.flowing || target.gone) return true
    return item.kind === 'reset' && (this.#resetHeard || target.writing)
  }

  /** Move what waits into flight, as far as there is room for it, and copy it as a kernel would. */
  #fill(): void {
    const at = this.#clock.now()
    while (this.#flightBytes < this.#settings.capacity) {
      const chunk = this.#waiting[0]
      if (chunk === undefined) break
      const bytes = new Uint8Array(chunk.subarray(0, this.#settings.capacity - this.#flightBytes))
      if (bytes.length === chunk.length) this.#waiting.shift()
      else this.#waiting[0] = chunk.subarray(bytes.length)
      this.#send(bytes, at)
      this.#flightBytes += bytes.length
      this.#waitingBytes -= bytes.length
    }
    if (this.#endWaits && this.#waiting.length === 0) {
      this.#endWaits = false
      this.#flight.push({ kind: 'end', at, due: this.#times.arrival(0, at) })
    }
    this.pump()
  }

  /** In as many pieces as the bandwidth makes of it. */
  #send(bytes: Uint8Array, at: number): void {
    const { piece } = this.#times
    for (let offset = 0; offset < bytes.length; offset += piece) {
      const part = bytes.subarray(offset, offset + piece)
      const due = this.#times.arrival(part.length, at)
      this.#flight.push({ kind: 'bytes', bytes: part, at, due })
    }
  }

  #turn(): void {
    const target = this.#target
    if (target === undefined) return
    const now = this.#clock.now()
    let budget = turnSize
    let first = this.#flight[0]
    while (first !== undefined && first.due <= now && budget > 0 && !this.#isHeld) {
      if (target.gone) {
        this.#flight = []
        this.drop()
        if (first.kind === 'bytes') this.#source?.refused()
        return
      }
      if (!this.#hears(target, first)) break
      if (first.kind === 'reset') {
        this.#flight = []
        target.deliverReset()
        return
      }
      if (first.kind === 'bytes') {
        if (this.#delivered < this.#settings.resetAfter) budget -= this.#deliver(target, now)
        if (this.#delivered >= this.#settings.resetAfter) return target.cut()
        if (this.#settings.oneAtATime) budget = 0
      } else {
        this.#flight.shift()
        target.deliverEnd()
      }
      first = this.#flight[0]
    }
    this.#settle()
  }

  /** Push one chunk, made up of all that has arrived, and return its size. */
  #deliver(target: LinkTarget, now: number): number {
    const rest = this.#settings.resetAfter - this.#delivered
    const limit = Math.min(this.#settings.chunkSize, turnSize, rest)
    const parts: Uint8Array[] = []
    let size = 0
    for (let item = this.#flight[0]; item?.kind === 'bytes' && item.due <= now;) {
      const part = item.bytes.subarray(0, limit - size)
      parts.push(part)
      size += part.length
      if (part.length < item.bytes.length) {
        item.bytes = item.bytes.subarray(part.length)
        break
      }
      this.#flight.shift()
      item = this.#flight[0]
      if (size === limit) break
    }
    this.#flightBytes -= size
    this.#delivered += size
    if (this.#settings.borrowed) this.#scratch.lend(parts, size, target)
    else target.deliver(joinBytes(parts, size), false, 0)
    return size
  }

  /** The room that was made is used, and the source learns of it when all it wrote is in flight. */
  #settle(): void {
    const waited = this.#waiting.length > 0
    this.#fill()
    if (waited && this.#waiting.length === 0) this.#source?.drained()
    this.pump()
  }
}
