import type { ByteOperations } from './byte-operations.js'
import { CheckedDecoder } from './checked-decoder.js'
import { frameTruncated } from './frame-errors.js'
import type { Emit, Framing } from './framing.js'

const smallestBuffer = 512
/** A buffer above this is given up for a smaller one when three quarters of it are not needed. */
const largestIdle = 64 * 1024
const none = new Uint8Array(0)

/**
 * A decoder with the bytes it has not consumed yet. It needs no socket: pass it bytes, take frames
 * from it.
 *
 * It keeps two marks in what it holds. `decode` moves the first over the frames it emits; `release`
 * moves the second over those that were really delivered. Until a frame is released its bytes are
 * kept, so that `switchTo` can read them again with another framing.
 *
 * ```text
 *   released        decoded             end
 *      |  emitted,     |  not decoded    |
 *      |  not released |  yet            |
 * ```
 */
export class FrameReader<In> {
  readonly #operations: ByteOperations
  #decoder: CheckedDecoder<In>
  #held: Uint8Array = none
  #released = 0
  #decoded = 0
  #end = 0
  /** Bytes that the decoders before this one skipped. */
  #skippedBefore = 0
  /** `#held` came from outside: frames may be views of it, so it is never written to. */
  #adopted = false

  /**
   * @param framing how the bytes are cut
   * @param operations the byte operations of the runtime
   */
  constructor(framing: Framing<In, never>, operations: ByteOperations) {
    this.#operations = operations
    this.#decoder = new CheckedDecoder(framing, operations)
  }

  /** Bytes held: emitted but not released, and not decoded yet. */
  get buffered(): number {
    return this.#end - this.#released
  }

  /** Bytes held that the decoder has not consumed: a partial frame, or frames that were not asked for. */
  get undecoded(): number {
    return this.#end - this.#decoded
  }

  /** Bytes that belonged to no frame and were skipped, since the beginning. */
  get skipped(): number {
    return this.#skippedBefore + this.#decoder.skipped
  }

  /**
   * Keep `bytes` behind what is held. Borrowed bytes are copied, and owned ones too that would keep more
   * than twice their memory; others are kept where possible.
   */
  append(bytes: Uint8Array, borrowed: boolean): void {
    const { length } = bytes
    if (this.#end === this.#released) {
      this.#released = 0
      this.#decoded = 0
      if (!borrowed && !pinsMuch(bytes, length)) {
        this.#held = bytes
        this.#adopted = true
        this.#end = length
        return
      }
      this.#end = 0
    }
    if (this.#adopted || this.#end + length > this.#held.length) this.#makeRoom(length)
    this.#held.set(bytes, this.#end)
    this.#end += length
  }

  /**
   * Emit the frames in what is held, from the first that was not emitted yet. Emitted bytes stay
   * held until `release`. An emitted `end` counts from the place decoding began, which is
   * `unreleased` bytes behind the release mark.
   */
  decode(emit: Emit<In>): void {
    this.#decode(emit, false)
  }

  /**
   * Nothing has come for as long as the framing's `silence` says: emit the frames that end there. As
   * `decode` otherwise.
   */
  quiet(emit: Emit<In>): void {
    this.#decode(emit, true)
  }

  /** How many bytes were emitted and not released. */
  get unreleased(): number {
    return this.#decoded - this.#released
  }

  /** Give up the oldest `count` emitted bytes: their frames were delivered. */
  release(count: number): void {
    this.#released += count
    // A decoder that threw behind its last frame never said how far it had come.
    if (this.#decoded < this.#released) this.#decoded = this.#released
    if (this.#released === this.#end) this.#letGo()
    else if (this.#held.length > largestIdle) this.#shrink()
  }

  /** The oldest bytes, `most` at most, past the framing. Nothing may be emitted and unreleased. */
  take(most: number): Uint8Array {
    const size = Math.min(most, this.undecoded)
    const bytes = view(this.#held, this.#decoded, size)
    const isOwn = this.#adopted && !pinsMuch(bytes, size)
    const taken = isOwn ? bytes : this.#operations.copy(bytes, 0, size)
    this.#decoded += size
    this.release(size)
    return taken
  }

  /**
   * Decode straight out of `bytes`, with what is held in front, and keep only the rest. Everything
   * emitted counts as released. Nothing may be emitted and unreleased when it is called.
   *
   * @param headroom writable bytes in front of `bytes` in its ArrayBuffer. A partial frame is put
   *   there when it is the smaller piece, so that the larger one is not copied.
   */
  feed(bytes: Uint8Array, borrowed: boolean, headroom: number, emit: Emit<In>): void {
    const rest = this.#end - this.#decoded
    if (rest === 0) {
      this.#keep(bytes, this.#decoder.decode(bytes, emit, !borrowed), borrowed)
      return
    }
    if (rest <= headroom && rest <= bytes.length) {
      const joined = view(bytes, -rest, rest + bytes.length)
      joined.set(view(this.#held, this.#decoded, rest))
      this.#keep(joined, this.#decoder.decode(joined, emit, !borrowed), borrowed)
      return
    }
    this.append(bytes, borrowed)
    this.decode(emit)
    this.release(this.unreleased)
  }

  /**
   * Go on with another framing from the byte behind the last released frame.
   *
   * @returns the same reader, now reading the other framing's messages
   */
  switchTo<Other>(framing: Framing<Other, never>): FrameReader<Other> {
    this.#decoded = this.#released
    this.#skippedBefore = this.skipped
    const other = this as unknown as FrameReader<Other>
    other.#decoder = new CheckedDecoder(framing, this.#operations)
    return other
  }

  /**
   * The peer ended its direction: let the decoder make what it can of the rest.
   *
   * @throws FramingError `HAWSER_FRAME_TRUNCATED` when the rest may not end here
   */
  finish(emit: Emit<In>): void {
    const rest = view(this.#held, this.#decoded, this.#end - this.#decoded)
    this.#decoded = this.#end
    if (!this.#decoder.end(rest, emit) && rest.length > 0) throw frameTruncated(rest.length)
  }

  /** Drop everything held. */
  clear(): void {
    this.#released = this.#decoded = this.#end
    this.#letGo()
  }

  #decode(emit: Emit<In>, isQuiet: boolean): void {
    if (this.#decoded === this.#end) return
    const bytes = view(this.#held, this.#decoded, this.#end - this.#decoded)
    this.#decoded += this.#decoder.decode(bytes, emit, this.#adopted, isQuiet)
  }

  #keep(bytes: Uint8Array, consumed: number, borrowed: boolean): void {
    const rest = bytes.length - consumed
    this.#released = 0
    this.#decoded = 0
    this.#end = rest
    if (rest === 0) {
      this.#letGo()
    } else if (borrowed || pinsMuch(bytes, rest)) {
      const { length } = this.#held
      if (this.#adopted || length < rest || length > 4 * rest + smallestBuffer) {
        this.#held = new Uint8Array(capacityFor(rest))
        this.#adopted = false
      }
      this.#held.set(view(bytes, consumed, rest))
    } else {
      this.#held = bytes
      this.#adopted = true
      this.#decoded = this.#released = consumed
      this.#end = bytes.length
    }
  }

  #makeRoom(more: number): void {
    const kept = this.#end - this.#released
    const needed = kept + more
    // Sliding to the front is free of charge only if what was released outweighs what is moved.
    const slide = !this.#adopted && needed <= this.#held.length && this.#released >= kept
    this.#moveTo(needed, slide)
  }

  #moveTo(size: number, slide: boolean = false): void {
    const kept = this.buffered
    const target = slide ? this.#held : new Uint8Array(capacityFor(size))
    target.set(view(this.#held, this.#released, kept))
    this.#held = target
    this.#adopted = false
    this.#decoded -= this.#released
    this.#released = 0
    this.#end = kept
  }

  /**
   * A burst that was consumed all but a partial frame must not leave its buffer behind. At a
   * quarter, so that a reader that is always half full does not copy all the time.
   */
  #shrink(): void {
    if (!this.#adopted && 4 * this.buffered < this.#held.length) this.#moveTo(this.buffered)
  }

  #letGo(): void {
    this.#released = this.#decoded = this.#end = 0
    if (!this.#adopted && this.#held.length <= smallestBuffer) return
    this.#held = none
    this.#adopted = false
  }
}

/** Whether so many of these bytes, kept as they are, would keep more than twice their memory. */
function pinsMuch({ buffer }: Uint8Array, size: number): boolean {
  return buffer.byteLength > 2 * size
}

function capacityFor(size: number): number {
  let capacity = smallestBuffer
  while (capacity < size) capacity *= 2
  return capacity
}

/** Plain Uint8Array views are several times cheaper to make than `subarray` of a Buffer. */
function view(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length)
}
