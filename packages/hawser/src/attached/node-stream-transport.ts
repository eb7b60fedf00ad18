import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers'
import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import type { TlsSession } from '../tls.js'
import type { Clock } from '../policy/clock.js'
import { BothEnded } from './both-ended.js'
import { OutgoingBytes } from './outgoing-bytes.js'
import { brokenOff, endedBefore, noBytes, toError } from './stream-errors.js'

/** What is known of a stream besides its bytes. */
export interface StreamFacts {
  readonly addresses: TransportAddresses
  readonly tls: TlsSession | undefined
}

/** Bytes passed on in one turn: a stream that always has more must not keep everything else waiting. */
const turnSize = 256 * 1024

/**
 * A Node.js stream over both directions as a transport. It is read by `read()` and not by `data`, so
 * that nothing arrives from inside a call on it, whatever the stream does in its own methods.
 */
export class NodeStreamTransport implements Transport {
  readonly capabilities: TransportCapabilities = {
    reset: false,
    halfClose: true,
    borrowedReads: false,
    writeProgress: true,
  }
  readonly #stream: Duplex
  readonly #facts: StreamFacts
  readonly #out = new OutgoingBytes()
  readonly #ended: BothEnded
  #sink: TransportSink | undefined
  #isPaused = true
  #isReading = false
  #hasPeerEnded = false
  #hasFinished = false
  #isWriting = false
  #isFilling = false
  #endsNext = false
  #isEnding = false
  /** It is ours to end: what happens to it from now on is no news. */
  #isLetGo = false
  #isGone = false
  /** Bytes that never left, once nothing leaves any more. */
  #lost: number | undefined
  #error: Error | undefined

  constructor(stream: Duplex, facts: StreamFacts, clock: Clock) {
    this.#ended = new BothEnded(clock, () => this.reset())
    this.#stream = stream
    this.#facts = facts
    // The connection ends our direction itself, when it has sent what it accepted.
    stream.allowHalfOpen = true
    stream
      .on('error', (error: unknown) => this.#failed(toError(error)))
      .on('close', () => this.#closed())
      .on('finish', () => this.#finished())
    if (stream.destroyed) setImmediate(() => this.#closed())
  }

  get addresses(): TransportAddresses {
    return this.#facts.addresses
  }

  get tls(): TlsSession | undefined {
    return this.#facts.tls
  }

  get unsent(): number {
    return this.#lost ?? this.#out.size + (this.#isWriting ? this.#stream.writableLength : 0)
  }

  start(sink: TransportSink): void {
    this.#sink = sink
    if (this.#isGone) {
      setImmediate(() => sink.gone(this.#error))
      return
    }
    const stream = this.#stream
    if (stream.readableEnded) setImmediate(() => this.#peerEnded())
    else stream.on('end', () => this.#peerEnded()).on('readable', () => this.#read())
    this.resume()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#readLater()
  }

  write(chunks: readonly TransportChunk[]): boolean {
    this.#out.add(chunks)
    this.#isFilling = true
    this.#fill()
    this.#isFilling = false
    this.#isWriting = this.#out.size + this.#stream.writableLength > 0
    return !this.#isWriting
  }

  end(): void {
    this.#endsNext = true
    if (!this.#isWriting) this.#endStream()
  }

  reset(): void {
    this.#letGo()
    this.#destroy()
  }

  close(): void {
    const stream = this.#stream
    this.#isPaused = true
    if (this.#isWriting || this.#isFinished || stream.destroyed) {
      this.reset()
      return
    }
    // What the peer still sends is of no interest: it counts as ended, so that this has an end.
    if (!this.#hasPeerEnded) this.#ended.note()
    stream.once('finish', () => this.reset())
    this.#endStream()
  }

  ref(): void {
    this.#callIfThere('ref')
  }

  unref(): void {
    this.#callIfThere('unref')
  }

  #readLater(): void {
    if (this.#isReading) return
    this.#isReading = true
    setImmediate(() => {
      this.#isReading = false
      this.#read()
    })
  }

  #read(): void {
    let left = turnSize
    while (!this.#isPaused && !this.#isGone && !this.#isReading) {
      const chunk: unknown = this.#try(() => this.#stream.read())
      if (chunk === null || chunk === undefined) return
      if (!(chunk instanceof Uint8Array)) return this.#fail(noBytes(chunk))
      if (chunk.length === 0) continue
      this.#sink?.received(chunk, false, 0)
      left -= chunk.length
      if (left <= 0) this.#readLater()
    }
  }

  #peerEnded(): void {
    if (this.#isGone || this.#hasPeerEnded) return
    this.#hasPeerEnded = true
    this.#ended.note()
    this.#sink?.peerEnded()
    this.#endedOneWay()
  }

  /** Hand over as much as the stream takes before it asks to wait. */
  #fill(): void {
    const stream = this.#stream
    while (this.#out.size > 0 && !stream.writableNeedDrain) {
      if (!stream.writable) {
        // It is gone, or about to be, and says so; what ended before we did does not.
        if (stream.writableEnded && !this.#isEnding) this.#fail(endedBefore())
        return
      }
      const piece = this.#out.next()
      if (this.#try(() => stream.write(piece, this.#taken)) === undefined) return
    }
  }

  /** The stream has taken a piece. */
  readonly #taken = (error?: Error | null): void => {
    if (this.#isFilling || this.#isLetGo || this.#isGone || !this.#isWriting) return
    // It tells of the error itself as well.
    if (error !== null && error !== undefined) return
    this.#isFilling = true
    this.#fill()
    this.#isFilling = false
    if (this.#out.size + this.#stream.writableLength > 0) return
    this.#isWriting = false
    this.#sink?.wrote()
    if (this.#endsNext && !this.#isWriting) this.#endStream()
  }

  #endStream(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#ended.note()
    if (!this.#stream.writableEnded) this.#try(() => this.#stream.end())
  }

  #finished(): void {
    this.#hasFinished = true
    this.#endedOneWay()
  }

  /** Both directions have ended: most streams destroy themselves then, and not all. */
  #endedOneWay(): void {
    if (!this.#hasPeerEnded || !this.#isFinished) return
    setImmediate(() => {
      if (!this.#isGone) this.reset()
    })
  }

  #failed(error: Error): void {
    this.#error ??= error
    // `close` follows in most streams; some never say it.
    setImmediate(() => {
      this.#destroy()
      this.#closed()
    })
  }

  /** End it because of an error that the stream does not know of. */
  #fail(error: Error): void {
    this.#error ??= error
    this.#destroy()
    setImmediate(() => this.#closed())
  }

  #closed(): void {
    const isOrderly = this.#hasPeerEnded && this.#isFinished
    this.#leave(this.#error ?? (isOrderly ? undefined : brokenOff()))
  }

  #letGo(): void {
    if (this.#isLetGo) return
    this.#isLetGo = true
    this.#isPaused = true
    this.#drop()
    setImmediate(() => this.#leave(undefined))
  }

  #leave(error: Error | undefined): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#ended.stop()
    this.#error = this.#isLetGo ? undefined : error
    this.#drop()
    this.#sink?.gone(this.#error)
  }

  get #isFinished(): boolean {
    return this.#hasFinished || this.#stream.writableFinished
  }

  #drop(): void {
    this.#lost = this.unsent
    this.#out.clear()
  }

  #destroy(): void {
    try {
      this.#stream.destroy()
    } catch {
      // It was to go, and the connection has its reason.
    }
  }

  /** A method of a stream may be anybody's: what it throws ends the connection. */
  #try<Result>(call: () => Result): Result | undefined {
    try {
      return call()
    } catch (error) {
      this.#fail(toError(error))
      return undefined
    }
  }

  #callIfThere(name: 'ref' | 'unref'): void {
    const stream = this.#stream as unknown as Partial<Record<typeof name, () => unknown>>
    if (typeof stream[name] === 'function') this.#try(() => stream[name]?.())
  }
}
