import { Buffer } from 'node:buffer'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import type { UnwrittenParcel } from './parcels.js'

/** Bytes that travel in one message of the channel; a larger parcel travels alone. */
const mostBytes = 64 * 1024
/** Parcels that travel in one message: what the other end does for them is done in one turn. */
const mostParcels = 2_048
/** Bytes of the smallest block. */
const firstBlock = 4 * 1024
/** Bytes of a parcel that has a block of its own. */
const large = mostBytes / 2

/** Where batches go. */
export interface OutgoingRoute {
  /** Send one; `done` is called once it has left the process, or cannot any more. */
  send(batch: Uint8Array, done: () => void): void
  /** What goes before all that waits, written now. */
  urgent?(): Uint8Array | undefined
}

/** Messages under way at which what is urgent waits as well: Node.js keeps about 2 KiB for each. */
const mostUrgent = 16

interface Block {
  readonly bytes: Buffer
  used: number
  count: number
}

/**
 * Parcels on their way to another process. They wait here as bytes, and one batch at a time is handed
 * to Node.js, whose own queue keeps about 2 KiB for each message and has no bound. A few more may be
 * under way with what is urgent.
 */
export class Outgoing {
  readonly #route: OutgoingRoute
  readonly #blocks: Block[] = []
  /** A block that is used again. */
  #spare: Buffer | undefined
  #waiting = 0
  #underWay = 0
  #messagesUnderWay = 0
  #isPlanned = false
  #isUrgent = false
  #empty: (() => void)[] = []

  constructor(route: OutgoingRoute) {
    this.#route = route
  }

  /** Bytes that have not left. */
  get size(): number {
    return this.#waiting + this.#underWay
  }

  /** Take a parcel. It leaves at the end of the turn, if nothing waits before it. */
  push(parcel: UnwrittenParcel): void {
    const { size } = parcel
    let block = this.#blocks.at(-1)
    if (
      block === undefined ||
      block.count >= mostParcels ||
      block.bytes.length - block.used < size
    ) {
      block = { bytes: this.#blockFor(size), used: 0, count: 0 }
      this.#blocks.push(block)
    }
    parcel.writeTo(block.bytes, block.used)
    block.used += size
    block.count += 1
    this.#waiting += size
    this.wake()
  }

  /** Take a parcel as bytes; a large one is kept, so those bytes must never change. */
  pass(bytes: Uint8Array): void {
    if (bytes.length < large) {
      this.push({ size: bytes.length, writeTo: (block, at) => block.set(bytes, at) })
      return
    }
    const kept = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#blocks.push({ bytes: kept, used: kept.length, count: mostParcels })
    this.#waiting += kept.length
    this.wake()
  }

  /** There is something to send, at the end of the turn. */
  wake(): void {
    if (this.#isPlanned || this.#messagesUnderWay > 0) return
    this.#isPlanned = true
    setImmediate(() => {
      this.#isPlanned = false
      this.#next()
    })
  }

  /**
   * There is something urgent to send, when the code that runs now is done: it does not wait for what
   * is under way.
   */
  hurry(): void {
    if (this.#isUrgent) return
    this.#isUrgent = true
    process.nextTick(() => {
      this.#isUrgent = false
      const isRoom = this.#messagesUnderWay < mostUrgent
      if (!isRoom || !this.#sendUrgent()) this.#next()
    })
  }

  /** Fulfils when nothing waits. */
  async emptied(): Promise<void> {
    if (this.size === 0 && !this.#isPlanned && !this.#isUrgent) return
    await new Promise<void>((resolve) => {
      this.#empty.push(resolve)
    })
  }

  /** The other end is gone: nothing waits for it any more. */
  clear(): void {
    this.#blocks.length = 0
    this.#waiting = 0
    for (const resolve of this.#empty.splice(0)) resolve()
  }

  #next(): void {
    if (this.#messagesUnderWay > 0 || this.#sendUrgent()) return
    const block = this.#blocks.shift()
    if (block === undefined) {
      for (const resolve of this.#empty.splice(0)) resolve()
      return
    }
    this.#waiting -= block.used
    this.#send(block.bytes.subarray(0, block.used))
    // Node.js has made a copy of it.
    if (block.count < mostParcels && block.bytes.length <= mostBytes) this.#spare ??= block.bytes
  }

  /** @returns whether there was something */
  #sendUrgent(): boolean {
    const urgent = this.#route.urgent?.()
    if (urgent === undefined) return false
    this.#send(urgent)
    return true
  }

  #send(batch: Uint8Array): void {
    const { length } = batch
    this.#underWay += length
    this.#messagesUnderWay += 1
    this.#route.send(batch, () => {
      this.#underWay -= length
      this.#messagesUnderWay -= 1
      this.#next()
    })
  }

  /** Blocks grow with what waits, so that what is taken is at most about twice what is used. */
  #blockFor(size: number): Buffer {
    const spare = this.#blocks.length === 0 ? this.#spare : undefined
    if (spare !== undefined && spare.length >= size) {
      this.#spare = undefined
      return spare
    }
    if (size >= large) return Buffer.allocUnsafeSlow(size)
    const wanted = Math.min(mostBytes, Math.max(firstBlock, this.#waiting))
    return Buffer.allocUnsafeSlow(Math.max(wanted, size))
  }
}
