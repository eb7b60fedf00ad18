import { setImmediate } from 'node:timers'
import type {
  ProxiedConnection,
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import type { TlsSession, TlsTerms } from '../tls.js'
import type { Clock } from '../policy/clock.js'
import { isThenable } from '../promises.js'
import { BothEnded } from './both-ended.js'
import { noBytes, toError } from './stream-errors.js'

/**
 * A transport of a program's own. What it throws ends its connection and nothing else, nothing follows
 * `gone`, which comes even if it never says so, and what it brings is looked at.
 */
export class GuardedTransport implements Transport, TransportSink {
  readonly #transport: Transport
  readonly #ended: BothEnded
  #sink: TransportSink | undefined
  #isGone = false
  #hasPeerEnded = false
  #endsNext = false
  #hasEnded = false
  #isWriting = false
  /** It was reset or closed: what has not left by now need not. */
  #isLetGo = false
  /** What the connection may do depends on whether it is there. */
  readonly secure?: (terms: TlsTerms) => Promise<void>
  readonly recycle?: (bytes: Uint8Array) => void

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport
    this.#ended = new BothEnded(clock, () => this.#late())
    if (transport.secure !== undefined) this.secure = async (terms) => transport.secure?.(terms)
    if (transport.recycle !== undefined) {
      this.recycle = (bytes) => this.#try(() => transport.recycle?.(bytes), undefined)
    }
  }

  get capabilities(): TransportCapabilities {
    return this.#transport.capabilities
  }

  get unsent(): number {
    return this.#try(() => this.#transport.unsent, 0)
  }

  get addresses(): TransportAddresses {
    return this.#try(() => this.#transport.addresses, { local: undefined, remote: undefined })
  }

  get proxied(): ProxiedConnection | undefined {
    return this.#try(() => this.#transport.proxied, undefined)
  }

  get tls(): TlsSession | undefined {
    return this.#try(() => this.#transport.tls, undefined)
  }

  get hasReceived(): boolean | undefined {
    return this.#try(() => this.#transport.hasReceived, undefined)
  }

  start(sink: TransportSink): void {
    this.#sink = sink
    this.#try(() => this.#transport.start(this), undefined)
  }

  pause(): void {
    this.#try(() => this.#transport.pause(), undefined)
  }

  resume(): void {
    this.#try(() => this.#transport.resume(), undefined)
  }

  write(chunks: readonly TransportChunk[], size?: number): boolean {
    const isTaken: unknown = this.#try(() => this.#transport.write(chunks, size), false)
    this.#isWriting = isTaken !== true
    if (typeof isTaken === 'boolean') return isTaken
    this.#fail(new TypeError('write() did not return whether all of it was taken at once'))
    return false
  }

  end(): void {
    this.#try(() => this.#transport.end(), undefined)
    this.#endsNext = true
    if (!this.#isWriting) this.#noteEnd()
  }

  reset(): void {
    this.#try(() => this.#transport.reset(), undefined)
    this.#noteLast()
  }

  close(): void {
    this.#try(() => this.#transport.close(), undefined)
    this.#noteLast()
  }

  ref(): void {
    this.#try(() => this.#transport.ref(), undefined)
  }

  unref(): void {
    this.#try(() => this.#transport.unref(), undefined)
  }

  // What the transport says.

  received(bytes: Uint8Array, borrowed: boolean, headroom: number, isMore?: boolean): void {
    if (this.#isGone) return
    if (bytes instanceof Uint8Array) this.#sink?.received(bytes, borrowed, headroom, isMore)
    else this.#fail(noBytes(bytes))
  }

  peerEnded(): void {
    if (this.#isGone) return
    this.#notePeerEnd()
    this.#sink?.peerEnded()
  }

  wrote(): void {
    if (this.#isGone) return
    this.#isWriting = false
    this.#sink?.wrote()
    if (this.#endsNext && !this.#isWriting) this.#noteEnd()
  }

  gone(error: Error | undefined): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#ended.stop()
    this.#sink?.gone(error)
  }

  #late(): void {
    if (!this.#isLetGo && this.unsent > 0) this.#ended.again()
    else this.#leave()
  }

  #noteEnd(): void {
    if (this.#hasEnded || this.#isGone) return
    this.#hasEnded = true
    this.#ended.note()
  }

  #notePeerEnd(): void {
    if (this.#hasPeerEnded || this.#isGone) return
    this.#hasPeerEnded = true
    this.#ended.note()
  }

  /** Nothing is read or written any more: `gone` is all that is left. */
  #noteLast(): void {
    this.#isLetGo = true
    this.#noteEnd()
    this.#notePeerEnd()
  }

  #try<Result>(call: () => Result, otherwise: Result): Result {
    try {
      const result = call()
      // An async method may fail later.
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#fail(toError(error)))
      return result
    } catch (error) {
      this.#fail(toError(error))
      return otherwise
    }
  }

  /** Not at once: it may have been thrown out of a call of the connection. */
  #fail(error: Error): void {
    if (this.#isGone) return
    setImmediate(() => this.#leave(error))
  }

  /** What it says of its own end from here on is too late, and cannot hide why. */
  #leave(error?: Error): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#ended.stop()
    try {
      this.#transport.reset()
    } catch {
      // Its first error is the one that is told.
    }
    this.#sink?.gone(error)
  }
}
