import { setImmediate } from 'node:timers'
import { ignore, isThenable } from '../promises.js'
import type {
  Transport,
  TransportAddresses,
  TransportCapabilities,
  TransportChunk,
  TransportSink,
} from '../transport.js'
import type { Clock } from '../policy/clock.js'
import { BothEnded } from './both-ended.js'
import { OutgoingBytes } from './outgoing-bytes.js'
import { noBytes, toError } from './stream-errors.js'

/** What of a WHATWG `ReadableStream` is used. */
export interface WebReadable {
  readonly locked?: boolean
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
    cancel(reason?: unknown): Promise<unknown>
  }
}

/** What of a WHATWG `WritableStream` is used. */
export interface WebWritable {
  readonly locked?: boolean
  getWriter(): {
    readonly desiredSize: number | null
    readonly closed: Promise<unknown>
    // DOM's streams differ in what they take beside bytes, and all of them take bytes.
    // oxlint-disable-next-line typescript/no-explicit-any -- the reason is above
    write(bytes: any): Promise<unknown>
    close(): Promise<unknown>
    abort(reason?: unknown): Promise<unknown>
  }
}

/** Both directions as WHATWG streams of bytes, as WebTransport, WebSocketStream and Web Serial have them. */
export interface WebStreamPair {
  /** What the peer sends: `Uint8Array` chunks. Not locked. */
  readonly readable: WebReadable
  /** What goes to the peer. Not locked. */
  readonly writable: WebWritable
}

/** A pair of WHATWG streams as a transport. */
export class WebStreamTransport implements Transport {
  readonly capabilities: TransportCapabilities = {
    reset: false,
    halfClose: true,
    borrowedReads: false,
    writeProgress: true,
  }
  readonly addresses: TransportAddresses = { local: undefined, remote: undefined }
  readonly #reader: ReturnType<WebReadable['getReader']>
  readonly #writer: ReturnType<WebWritable['getWriter']>
  readonly #out = new OutgoingBytes()
  readonly #ended: BothEnded
  #sink: TransportSink | undefined
  #isPaused = false
  #isReading = false
  /** What came though reading was stopped meanwhile. */
  #early: (() => void) | undefined
  #hasPeerEnded = false
  /** Bytes that the stream was given and has not taken. */
  #handed = 0
  #isWriting = false
  #endsNext = false
  #isEnding = false
  #hasEnded = false
  /** Why nothing can be written any more; what the peer had sent before is still read. */
  #writerError: Error | undefined
  #isGone = false
  /** Bytes that never left, once nothing leaves any more. */
  #lost: number | undefined
  #error: Error | undefined

  /** @throws what `getReader` and `getWriter` throw, and TypeError for what is neither */
  constructor({ readable, writable }: WebStreamPair, clock: Clock) {
    this.#ended = new BothEnded(clock, () => this.reset())
    this.#reader = usable(readable.getReader(), 'read', 'cancel')
    this.#writer = usable(writable.getWriter(), 'write', 'close', 'abort')
    Promise.resolve(this.#writer.closed).then(undefined, (error: unknown) =>
      this.#lostWriter(toError(error)),
    )
  }

  get unsent(): number {
    return this.#lost ?? this.#out.size + this.#handed
  }

  start(sink: TransportSink): void {
    this.#sink = sink
    if (this.#isGone) setImmediate(() => sink.gone(this.#error))
    else this.resume()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    setImmediate(() => this.#read())
  }

  write(chunks: readonly TransportChunk[]): boolean {
    this.#out.add(chunks)
    if (this.unsent === 0) return true
    this.#isWriting = true
    if (this.#writerError === undefined) this.#fill()
    else this.#fail(this.#writerError)
    return false
  }

  end(): void {
    this.#endsNext = true
    if (!this.#isWriting) this.#endStream()
  }

  reset(): void {
    if (this.#isGone) return
    this.#abandon(new Error('this side has reset the connection'))
    setImmediate(() => this.#leave(undefined))
  }

  close(): void {
    if (this.#isGone) return
    this.#isPaused = true
    if (this.#isWriting) return this.reset()
    this.#endStream()
    // It is told of even if the stream takes long over its end: there is nothing more to do for it.
    callIt(() => this.#reader.cancel()).catch(ignore)
    setImmediate(() => this.#leave(undefined))
  }

  /** A stream of this kind does not keep the process alive by itself. */
  ref(): void {}

  unref(): void {}

  #read(): void {
    if (this.#isPaused || this.#isGone || this.#hasPeerEnded) return
    const early = this.#early
    this.#early = undefined
    early?.()
    if (this.#isReading || this.#isPaused || this.#isGone || this.#hasPeerEnded) return
    this.#isReading = true
    callIt(() => this.#reader.read()).then(
      (chunk) => this.#came(() => this.#take(chunk)),
      (error: unknown) => this.#fail(toError(error)),
    )
  }

  /** A turn for each: a stream that always has more must not keep everything else waiting. */
  #came(deliver: () => void): void {
    this.#isReading = false
    this.#early = deliver
    setImmediate(() => this.#read())
  }

  #take(chunk: { readonly done: boolean; readonly value?: unknown } | undefined): void {
    if (chunk?.done === true) this.#peerEnded()
    else this.#received(chunk?.value)
  }

  #received(value: unknown): void {
    if (!(value instanceof Uint8Array)) this.#fail(noBytes(value))
    else if (value.length > 0) this.#sink?.received(value, false, 0)
  }

  #peerEnded(): void {
    this.#hasPeerEnded = true
    this.#ended.note()
    this.#sink?.peerEnded()
    this.#leaveWhenBothEnded()
  }

  #fill(): void {
    // One piece goes in any case, if none is under way: its completion is what goes on.
    while (this.#out.size > 0 && (this.#handed === 0 || (this.#writer.desiredSize ?? 0) > 0)) {
      const piece = this.#out.next()
      this.#handed += piece.length
      callIt(() => this.#writer.write(piece)).then(
        () => this.#taken(piece.length),
        (error: unknown) => this.#fail(toError(error)),
      )
    }
  }

  #taken(size: number): void {
    if (this.#isGone || !this.#isWriting) return
    this.#handed -= size
    this.#fill()
    if (this.unsent > 0) return
    this.#isWriting = false
    this.#sink?.wrote()
    if (this.#endsNext && !this.#isWriting) this.#endStream()
  }

  #endStream(): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#ended.note()
    const ended = (): void => {
      this.#hasEnded = true
      this.#leaveWhenBothEnded()
    }
    // Where the peer had stopped reading before, there was nothing left for it to take.
    const wasLost = this.#writerError !== undefined
    callIt(() => this.#writer.close()).then(ended, (error: unknown) =>
      wasLost ? ended() : this.#fail(toError(error)),
    )
  }

  #lostWriter(error: Error): void {
    this.#writerError = error
    if (this.#isWriting) this.#fail(error)
  }

  #leaveWhenBothEnded(): void {
    if (this.#hasPeerEnded && this.#hasEnded) setImmediate(() => this.#leave(undefined))
  }

  #fail(error: Error): void {
    if (this.#isGone) return
    this.#abandon(error)
    setImmediate(() => this.#leave(error))
  }

  #abandon(reason: Error): void {
    this.#isPaused = true
    this.#lost ??= this.unsent
    this.#isWriting = false
    this.#out.clear()
    callIt(() => this.#writer.abort(reason)).catch(ignore)
    callIt(() => this.#reader.cancel(reason)).catch(ignore)
  }

  #leave(error: Error | undefined): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#ended.stop()
    this.#error = error
    this.#early = undefined
    this.#sink?.gone(error)
  }
}

/** The methods of a stream may be a program's own, and throw where they should reject. */
async function callIt<Result>(call: () => Promise<Result>): Promise<Result> {
  return call()
}

/** @throws TypeError where it has not what it should have */
function usable<Part extends object>(part: Part, ...methods: readonly (keyof Part)[]): Part {
  if (isThenable(part)) part.then(undefined, ignore)
  if (methods.every((name) => typeof part[name] === 'function')) return part
  throw new TypeError(
    `the stream's reader or writer has no ${methods.map(String).join('() or ')}()`,
  )
}
