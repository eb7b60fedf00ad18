import type { Emit, Framing } from '../../framing/framing.js'
import { FrameReader } from '../../framing/frame-reader.js'
import type { Clock } from '../../policy/clock.js'
import { bufferOperations } from '../buffer-operations.js'
import { holds } from './holds.js'
import { type Heard, Silence } from '../time/silence-watch.js'

/** What `take` returns when no complete frame is there. */
export const none: unique symbol = Symbol('none')

/** Frames decoded ahead of the consumer: enough to make decoding cheap, few enough to forget. */
const batchSize = 256

/** What is told that a silence has ended frames. */
export interface Listener extends Heard {
  /** As {@link holds} has them. */
  readonly holds: number
  advance(): void
}

/**
 * What has arrived on one connection and was not delivered. Frames are taken one at a time, in
 * batches, or pushed straight out of the arriving bytes; either way a frame's bytes are kept until
 * it is delivered, so that the framing can be switched at any frame.
 */
export class Inbox<In> {
  /** How many bytes what was taken last took, its delimiter or header included. */
  takenBytes = 0
  readonly #reader: FrameReader<In>
  #frames: (In | undefined)[] = []
  #ends: number[] = []
  #head = 0
  #delivered = 0
  #failure: unknown
  #failed = false
  #ended = false
  #finished = false

  /** Only for a framing whose frames end with one. */
  #silence: Silence | undefined
  readonly #listener: Listener
  readonly #clock: Clock

  constructor(framing: Framing<In, never>, listener: Listener, clock: Clock) {
    this.#reader = new FrameReader(framing, bufferOperations)
    this.#listener = listener
    this.#clock = clock
    this.#listen(framing)
  }

  /** Bytes held: frames not delivered, and a partial frame. */
  get size(): number {
    this.#sync()
    return this.#reader.buffered
  }

  /** Bytes that belonged to no frame and were skipped. */
  get skipped(): number {
    return this.#reader.skipped
  }

  /** Whether nothing is held at all. */
  get empty(): boolean {
    return this.waiting === 0 && this.#reader.buffered === 0 && !this.#failed
  }

  /** Frames decoded and waiting to be taken. */
  get waiting(): number {
    return this.#frames.length - this.#head
  }

  /** Whether the peer has ended and all it sent was taken. */
  get done(): boolean {
    return this.#finished && this.waiting === 0
  }

  /** Keep bytes for later. */
  append(bytes: Uint8Array, borrowed: boolean): void {
    this.#silence?.sound()
    this.#reader.append(bytes, borrowed)
  }

  /**
   * The next frame, or `none` when more bytes are needed. `takenBytes` then says how large it was.
   *
   * @throws the decoder's error, after every frame before it was taken
   */
  take(): In | typeof none {
    if (this.waiting === 0 && !this.#decodeBatch()) return none
    const head = this.#head
    const frame = this.#frames[head] as In
    this.#frames[head] = undefined
    this.#head = head + 1
    this.takenBytes = this.#endOf(head) - this.#endOf(head - 1)
    if (this.waiting === 0) this.#releaseBatch()
    return frame
  }

  /**
   * All frames that are decoded, `most` at most, or `none` when more bytes are needed.
   *
   * @throws the decoder's error, after every frame before it was taken
   */
  takeBatch(most: number): In[] | typeof none {
    if (this.waiting === 0 && !this.#decodeBatch()) return none
    const head = this.#head
    const next = Math.min(this.#frames.length, head + most)
    const batch = this.#frames.slice(head, next) as In[]
    this.#head = next
    this.takenBytes = this.#endOf(next - 1) - this.#endOf(head - 1)
    if (this.waiting === 0) this.#releaseBatch()
    return batch
  }

  /** Emit frames straight out of arriving bytes. Nothing may be waiting to be taken. */
  feed(bytes: Uint8Array, borrowed: boolean, headroom: number, emit: Emit<In>): void {
    this.#silence?.sound()
    this.#reader.feed(bytes, borrowed, headroom, emit)
  }

  /** Emit the frames held until `emit` returns false or more bytes are needed. */
  pump(emit: Emit<In>): void {
    while (this.waiting > 0) {
      if (!emit(this.take() as In, 0)) return
    }
    if (this.#failed) throw this.#failure
    try {
      this.#reader.decode(emit)
    } finally {
      this.#reader.release(this.#reader.unreleased)
    }
  }

  /** Bytes as they are, `most` at most; nothing may be decoded and not delivered. */
  takeBytes(most: number): Uint8Array {
    return this.#reader.take(most)
  }

  /** Reading goes on after it stood still: what was silent meanwhile is unknown. */
  readsAgain(): void {
    if (this.size > 0) this.#silence?.sound()
  }

  /** Whether so many frames that a silence has ended wait that no further one may be decoded ahead. */
  get isCrowded(): boolean {
    return this.#silence !== undefined && this.waiting >= batchSize
  }

  /** The peer ended its direction: nothing is appended any more. */
  end(): void {
    this.#silence?.stop()
    this.#ended = true
  }

  /**
   * Once the peer has ended and every frame was taken, let the decoder make what it can of the rest.
   *
   * @returns whether that yielded a frame to take
   * @throws FramingError when the rest may not end there
   */
  finish(): boolean {
    if (!this.#ended || this.#finished) return false
    this.#finished = true
    this.#reader.finish((frame, end) => {
      this.#ends.push(end)
      this.#frames.push(frame)
      return true
    })
    return this.#frames.length > 0
  }

  /** Drop what was decoded and not delivered, and go on from the next byte with other rules. */
  switchTo<Other>(framing: Framing<Other, never>): void {
    this.#sync()
    this.#forgetBatch()
    this.#failed = false
    this.#failure = undefined
    this.#finished = false
    this.#reader.switchTo(framing)
    this.#listen(framing)
    this.readsAgain()
  }

  /** The connection is gone. @param drop forget what was received and not delivered */
  close(drop: boolean): void {
    this.#silence?.stop()
    if (!drop) return
    this.#forgetBatch()
    this.#reader.clear()
  }

  #listen({ silence }: { readonly silence?: number | undefined }): void {
    this.#silence?.stop()
    this.#silence =
      silence === undefined || !(silence > 0) || this.#ended
        ? undefined
        : new Silence(this.#listener, this.#clock, silence, () => this.#quiet())
  }

  /** Decode what a silence has ended, ahead of the consumer: what comes next is another frame. */
  #quiet(): void {
    // What is held may be of a body, which no framing reads.
    if ((this.#listener.holds & holds.taking) !== 0) return
    if (!this.#failed) {
      // Where decoding begins, counted from the batch's beginning.
      let start = this.#reader.unreleased + this.#delivered
      const push: Emit<In> = (frame, end) => {
        this.#ends.push(start + end)
        return this.#frames.push(frame) - this.#head < batchSize
      }
      try {
        this.#reader.decode(push)
        start = this.#reader.unreleased + this.#delivered
        // Frames that are not decoded yet must not pass for a rest: it is looked at again behind them.
        if (this.isCrowded) this.#silence?.sound()
        else this.#reader.quiet(push)
      } catch (error) {
        this.#failed = true
        this.#failure = error
      }
    }
    this.#listener.advance()
  }

  #decodeBatch(): boolean {
    if (this.#failed) throw this.#failure
    const frames = this.#frames
    const ends = this.#ends
    try {
      this.#reader.decode((frame, end) => {
        ends.push(end)
        return frames.push(frame) < batchSize
      })
    } catch (error) {
      this.#failed = true
      this.#failure = error
      if (frames.length === 0) throw error
    }
    if (frames.length > 0) return true
    this.#reader.release(this.#reader.unreleased)
    return false
  }

  /** Where the frame at `index` of the batch ends, counted from the batch's beginning. */
  #endOf(index: number): number {
    return index < 0 ? 0 : (this.#ends[index] as number)
  }

  /** Tell the reader which frames were delivered: not for each, for it is seldom asked. */
  #sync(): void {
    const end = this.#endOf(this.#head - 1)
    if (end === this.#delivered) return
    this.#reader.release(end - this.#delivered)
    this.#delivered = end
  }

  #releaseBatch(): void {
    const delivered = this.#endOf(this.#frames.length - 1) - this.#delivered
    this.#forgetBatch()
    // A decoder that threw behind its last frame did not say that it has consumed it.
    this.#reader.release(Math.max(delivered, this.#reader.unreleased))
  }

  #forgetBatch(): void {
    this.#frames.length = 0
    this.#ends.length = 0
    this.#head = 0
    this.#delivered = 0
  }
}
