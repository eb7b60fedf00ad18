import { byteOperations, type Decoder } from 'hawser'
import { CommandError } from '../../failure.js'
import type { WireFraming } from '../../wire/load-framing.js'
import { Window } from './window.js'

/** A frame, and the number in its stream of the byte behind it. */
export interface Frame {
  readonly bytes: Uint8Array
  readonly end: number
}

/** Cuts a stream into frames. */
export class FrameCutter {
  readonly #decoder: Decoder<Uint8Array>
  readonly #most: number
  readonly #window = new Window()

  constructor(framing: WireFraming) {
    this.#decoder = framing.createDecoder(byteOperations)
    this.#most = framing.maxFrame + (framing.overhead ?? 64)
  }

  /** Bytes of a frame whose end is still to come. */
  get partial(): Buffer {
    return this.#window.rest
  }

  /**
   * @returns the frames that are whole now, and why there are no more after them
   */
  cut(bytes: Uint8Array): { frames: Frame[]; error?: Error } {
    const window = this.#window
    window.append(bytes)
    const start = window.offset
    const frames: Frame[] = []
    try {
      const consumed = this.#decoder.decode(
        window.rest,
        (frame, end) => {
          frames.push({ bytes: Buffer.from(frame), end: start + end })
          return true
        },
        false,
      )
      window.take(consumed)
    } catch (error) {
      return { frames, error: error as Error }
    }
    if (window.length <= this.#most) return { frames }
    const what = `a frame is longer than ${this.#most} bytes`
    return { frames, error: new CommandError(what, 'raise --max-frame, or see --framing') }
  }
}
