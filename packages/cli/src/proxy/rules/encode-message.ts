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

/** The message in place of which another one is sent, and the bytes that it was on the wire. */
export interface Original {
  readonly message: Uint8Array
  readonly wire: Uint8Array
}

/**
 * A message in place of another one. A line that ended with CRLF does so again, as protocols such as SMTP
 * require it, where the framing by itself would write LF.
 *
 * @throws FramingError when the framing cannot carry it
 */
export function encodeInPlace(
  framing: WireFraming | undefined,
  message: Uint8Array,
  original: Original,
): Uint8Array {
  const encoded = encodeMessage(framing, message)
  const hadCrlf = endingOf(original.wire, original.message) === '\r\n'
  if (!hadCrlf || endingOf(encoded, message) !== '\n') return encoded
  return Buffer.concat([message, Buffer.from('\r\n')])
}

/** What the framing put behind a message; nothing where it puts anything in front of it. */
function endingOf(wire: Uint8Array, message: Uint8Array): string {
  const isInFront = Buffer.compare(wire.subarray(0, message.length), message) === 0
  return isInFront ? Buffer.from(wire.subarray(message.length)).toString('latin1') : ''
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
