import { byteOperations, type FrameOutput } from 'hawser'
import type { WireFraming } from '../../wire/load-framing.js'

const firstRoom = 256

/**
 * A message as it goes over the wire; without a framing it is its bytes.
 *
 * @throws FramingError when the framing cannot carry it
 */
export function encodeMessage(framing: WireFraming | undefined, message: Uint8Array): Uint8Array {
  if (framing === undefined) return message
  const output = new Collected()
  framing.createEncoder(byteOperations).encode(message, output)
  return output.taken
}

/** Collects what an encoder puts out. */
class Collected implements FrameOutput {
  buffer: Uint8Array = new Uint8Array(firstRoom)
  #length = 0

  get taken(): Uint8Array {
    return this.buffer.subarray(0, this.#length)
  }

  reserve(size: number): number {
    const offset = this.#length
    this.#length += size
    if (this.#length > this.buffer.length) {
      const larger = new Uint8Array(2 * this.#length)
      larger.set(this.buffer.subarray(0, offset))
      this.buffer = larger
    }
    return offset
  }

  text(text: string, ending = ''): void {
    this.bytes(Buffer.from(text + ending))
  }

  bytes(bytes: Uint8Array): void {
    const offset = this.reserve(bytes.length)
    this.buffer.set(bytes, offset)
  }
}
