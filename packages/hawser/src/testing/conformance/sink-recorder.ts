import type { TransportSink } from '../../transport.js'
import { assertBytes } from './payload.js'

interface Waiter {
  readonly condition: () => boolean
  readonly resolve: () => void
}

/** Bytes that the receiver owns are looked at again at the end: so many pushes, then a sample. */
const keptPushes = 2_000
const keptSample = 1_000

/**
 * A sink that believes nothing: it keeps a copy of all bytes, writes down every breach of the
 * contract of {@link TransportSink}, and tells when something has happened.
 */
export class Recorder implements TransportSink {
  /** Called at the end of each `received`, with the number of bytes just pushed. */
  onReceived: ((size: number) => void) | undefined
  /** Set to overwrite the headroom of every push, as the contract allows. */
  spoilHeadroom = false
  /** Above 0 while the owner is inside a call on the transport, when nothing may be pushed. */
  ownerCalls = 0
  /** Writes that returned false, so that `wrote` is due for each. */
  refusals = 0
  /** The error that came with `gone`. */
  goneWith: Error | undefined
  receivedCalls = 0
  peerEndedCalls = 0
  wroteCalls = 0
  goneCalls = 0
  readonly #borrowedReads: boolean
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64 * 1024)
  #size = 0
  readonly #kept: { readonly bytes: Uint8Array; readonly offset: number }[] = []
  readonly #faults: string[] = []
  #waiters: Waiter[] = []

  /** @param borrowedReads what the transport declares */
  constructor(borrowedReads: boolean) {
    this.#borrowedReads = borrowedReads
  }

  received(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    this.#note('received')
    this.receivedCalls += 1
    if (this.peerEndedCalls > 0) this.#fault('received was called after peerEnded')
    if (bytes.length === 0) this.#fault('received was called without a byte')
    if (borrowed && !this.#borrowedReads) {
      this.#fault('borrowed bytes were pushed by a transport that does not declare borrowedReads')
    }
    this.#keep(bytes, borrowed)
    this.#useHeadroom(bytes, headroom)
    this.onReceived?.(bytes.length)
    this.#wake()
  }

  peerEnded(): void {
    this.#note('peerEnded')
    this.peerEndedCalls += 1
    if (this.peerEndedCalls > 1) this.#fault('peerEnded was called twice')
    this.#wake()
  }

  wrote(): void {
    this.#note('wrote')
    this.wroteCalls += 1
    if (this.wroteCalls > this.refusals) this.#fault('wrote was called and no write waited for it')
    this.#wake()
  }

  gone(error: Error | undefined): void {
    this.#note('gone')
    this.goneCalls += 1
    this.goneWith = error
    this.#wake()
  }

  /** All bytes pushed so far. Valid until the next push. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#size)
  }

  /** How many bytes were pushed so far. */
  get size(): number {
    return this.#size
  }

  /** The first breaches of the contract, in words. */
  get faults(): readonly string[] {
    return this.#faults
  }

  /** Fulfils when the condition holds, looked at now and after each push. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push({ condition, resolve })
    })
  }

  /** Fails when bytes that were handed over for good have changed since. */
  verifyKept(): void {
    for (const { bytes, offset } of this.#kept) {
      const original = this.#bytes.subarray(offset, offset + bytes.length)
      assertBytes(bytes, original, `bytes at ${offset} that the reader owns`)
    }
  }

  #note(what: string): void {
    if (this.ownerCalls > 0) this.#fault(`${what} was called from inside a call of the owner`)
    if (this.goneCalls > 0) this.#fault(`${what} was called after gone`)
  }

  #fault(text: string): void {
    if (this.#faults.length < 5) this.#faults.push(text)
  }

  #keep(bytes: Uint8Array, borrowed: boolean): void {
    while (this.#size + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2)
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#size)
    const isKept = this.#kept.length < keptPushes || this.receivedCalls % keptSample === 0
    if (!borrowed && isKept) this.#kept.push({ bytes, offset: this.#size })
    this.#size += bytes.length
  }

  #useHeadroom(bytes: Uint8Array, headroom: number): void {
    if (!Number.isInteger(headroom) || headroom < 0 || headroom > bytes.byteOffset) {
      this.#fault(`headroom is ${headroom} where ${bytes.byteOffset} bytes lie in front`)
    } else if (this.spoilHeadroom && headroom > 0) {
      new Uint8Array(bytes.buffer, bytes.byteOffset - headroom, headroom).fill(0xee)
    }
  }

  #wake(): void {
    if (this.#waiters.length === 0) return
    const woken = this.#waiters.filter((waiter) => waiter.condition())
    if (woken.length === 0) return
    this.#waiters = this.#waiters.filter((waiter) => !woken.includes(waiter))
    for (const waiter of woken) waiter.resolve()
  }
}
