import { byteOperations, type Decoder } from 'hawser'
import type { WireFraming } from '../../wire/load-framing.js'

/** What comes out of a {@link Cutter}. */
export interface CutterEvents {
  /**
   * A message; its bytes may be overwritten after the call.
   *
   * @param wire what it was on the wire, with what the framing adds and what it skipped in front
   */
  message(bytes: Uint8Array, wire: Uint8Array): void
  /** The bytes do not fit the framing: from here on each piece is shown as it came. */
  failed(error: unknown): void
}

const smallestBuffer = 4 * 1024

/**
 * Cuts one direction into messages, to be shown. The bytes themselves pass whatever comes of it, so bytes
 * that do not fit the framing end nothing.
 */
export class Cutter {
  readonly #events: CutterEvents
  readonly #framing: WireFraming | undefined
  #decoder: Decoder<Uint8Array> | undefined
  /** The beginning of a message, whose rest is still to come. */
  #buffer: Uint8Array = new Uint8Array(0)
  #length = 0

  /** @param framing undefined where each piece is shown as it comes */
  constructor(framing: WireFraming | undefined, events: CutterEvents) {
    this.#events = events
    this.#framing = framing
    this.#decoder = framing?.createDecoder(byteOperations)
  }

  /** Whether no beginning of a message waits for its rest. */
  get isEmpty(): boolean {
    return this.#length === 0
  }

  cut(piece: Uint8Array): void {
    if (this.#decoder === undefined) {
      this.#events.message(piece, piece)
      return
    }
    const bytes = this.#length === 0 ? piece : this.#append(piece)
    let taken = 0
    try {
      const consumed = this.#decoder.decode(
        bytes,
        (message, end) => {
          const wire = bytes.subarray(taken, end)
          taken = end
          this.#events.message(message, wire)
          return true
        },
        false,
      )
      taken = Math.max(taken, consumed)
      this.#keep(bytes.subarray(taken))
    } catch (error) {
      this.#decoder = undefined
      this.#length = 0
      this.#events.failed(error)
      const rest = bytes.subarray(taken)
      if (rest.length > 0) this.#events.message(rest, rest)
    }
  }

  /** Nothing follows: show what is left. */
  end(): void {
    const rest = this.#buffer.subarray(0, this.#length)
    if (rest.length > 0) this.#events.message(rest, rest)
    this.#length = 0
  }

  #append(piece: Uint8Array): Uint8Array {
    const length = this.#length + piece.length
    if (length > this.#buffer.length) this.#grow(length)
    this.#buffer.set(piece, this.#length)
    this.#length = length
    return this.#buffer.subarray(0, length)
  }

  #keep(rest: Uint8Array): void {
    const { maxFrame = 0, overhead = 64 } = this.#framing ?? {}
    if (rest.length > maxFrame + overhead) {
      throw new RangeError(`a message is longer than ${maxFrame} bytes: raise --max-frame`)
    }
    if (rest.length > this.#buffer.length) this.#grow(rest.length)
    // It may be a part of the buffer: this copies as if there were two.
    if (rest.buffer !== this.#buffer.buffer || rest.byteOffset !== this.#buffer.byteOffset) {
      this.#buffer.set(rest)
    }
    this.#length = rest.length
    if (rest.length === 0) this.#buffer = new Uint8Array(0)
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(smallestBuffer, 2 * length))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
