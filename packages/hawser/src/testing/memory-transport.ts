import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import type { LinkSource, LinkTarget } from './link-ends.js'
import type { MemoryLink } from './memory-link.js'
import { inTurn } from './next-turn.js'

/**
 * One end of a memory pair. It behaves as a TCP socket on Linux does where that matters to the
 * code above it: a reset is not noticed while nothing is read, bytes that arrive at a closed end
 * get a reset, and so is a close that leaves received bytes unread.
 *
 * It is strict where a socket is forgiving: a call that breaks the contract of {@link Transport}
 * throws, so that the mistake shows in the test and not in production.
 */
export class MemoryTransport implements Transport, LinkSource, LinkTarget {
  readonly capabilities: TransportCapabilities
  readonly addresses: TransportAddresses
  readonly #out: MemoryLink
  readonly #in: MemoryLink
  readonly #left: () => void
  #sink: TransportSink | undefined
  #paused = false
  #writing = false
  #ended = false
  #endSent = false
  #peerEnded = false
  #gone = false
  #referenced = true

  constructor(
    out: MemoryLink,
    incoming: MemoryLink,
    addresses: TransportAddresses,
    borrowedReads: boolean,
    left: () => void = () => undefined,
  ) {
    this.#left = left
    this.#out = out
    this.#in = incoming
    this.addresses = addresses
    this.capabilities = { reset: true, halfClose: true, borrowedReads, writeProgress: true }
  }

  get unsent(): number {
    return this.#out.unsent
  }

  /** Whether it is gone, or its peer has reset it and it has not noticed. */
  get isGone(): boolean {
    return this.#gone || this.#in.hasReset
  }

  /** Whether the owner wants the process kept alive. A memory pair itself never keeps it. */
  get referenced(): boolean {
    return this.#referenced
  }

  start(sink: TransportSink): void {
    if (this.#sink !== undefined) throw new Error('start was called twice on one transport')
    this.#sink = sink
    this.#in.pump()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#in.pump()
  }

  /**
   * @throws Error when a write is under way, or after `end`: the contract forbids both
   */
  write(chunks: readonly TransportChunk[]): boolean {
    if (this.#gone) return false
    if (this.#writing) throw new Error('write was called while a write is under way')
    if (this.#ended) throw new Error('write was called after end')
    this.#in.hearReset()
    const taken = this.#out.accept(chunks)
    this.#writing = !taken
    if (!taken) this.#in.pump()
    return taken
  }

  end(): void {
    if (this.#gone || this.#ended) return
    this.#ended = true
    this.#in.hearReset()
    this.#out.finish()
    if (!this.#writing) this.#markEndSent()
  }

  reset(): void {
    if (this.#gone) return
    this.#out.reset()
    this.#leave(undefined)
    this.#in.abandon()
  }

  close(): void {
    if (this.#gone) return
    const leavesUnread = this.#in.hasArrived
    if (leavesUnread) this.#out.reset()
    else this.#out.release()
    this.#leave(undefined)
    this.#in.pump()
  }

  /** Its machine is off: it says nothing more, and what had not left is lost. */
  vanish(): void {
    if (this.#gone) return
    this.#gone = true
    this.#sink = undefined
    this.#out.drop()
    this.#in.pump()
    this.#left()
  }

  /**
   * Its machine is asked for it, knows nothing of it, and says so, unless there is something on its way
   * that was said before.
   *
   * @returns whether the other end is gone, so that none asks again
   */
  disown(): boolean {
    return this.#out.disown()
  }

  ref(): void {
    this.#referenced = true
  }

  unref(): void {
    this.#referenced = false
  }

  // What the two links call.

  get flowing(): boolean {
    return this.#sink !== undefined && !this.#paused && !this.#gone
  }

  get writing(): boolean {
    return this.#writing
  }

  get gone(): boolean {
    return this.#gone
  }

  deliver(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    this.#sink?.received(bytes, borrowed, headroom)
  }

  deliverEnd(): void {
    this.#peerEnded = true
    this.#sink?.peerEnded()
    this.#leaveWhenBothEnded()
  }

  deliverReset(): void {
    if (this.#gone) return
    this.#out.drop()
    this.#leave(resetError())
  }

  cut(): void {
    this.#in.cut()
    this.#out.cut()
  }

  drained(): void {
    if (this.#gone) return
    this.#writing = false
    this.#sink?.wrote()
    if (this.#ended) this.#markEndSent()
  }

  refused(): void {
    if (!this.#gone) this.#in.reset()
  }

  #markEndSent(): void {
    this.#endSent = true
    this.#leaveWhenBothEnded()
  }

  #leaveWhenBothEnded(): void {
    if (this.#endSent && this.#peerEnded && !this.#gone) this.#leave(undefined)
  }

  #leave(error: Error | undefined): void {
    this.#gone = true
    this.#left()
    inTurn(() => this.#sink?.gone(error))
  }
}

/** What Node.js reports when the peer resets a TCP connection. */
function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), {
    code: 'ECONNRESET',
    errno: -104,
    syscall: 'read',
  })
}
