import type { ByteOperations } from '../../../src/framing/byte-operations.js'
import type { FrameOutput, Framing } from '../../../src/framing/framing.js'

/** Collects what an encoder puts, and hands out a new buffer at each `reserve`, as it may. */
export class BytesOutput implements FrameOutput {
  buffer: Uint8Array = new Uint8Array(0)
  readonly #parts: Uint8Array[] = []

  reserve(size: number): number {
    const gap = this.#parts.length % 3
    this.buffer = new Uint8Array(gap + size)
    this.#parts.push(this.buffer.subarray(gap))
    return gap
  }

  text(text: string, ending = ''): void {
    this.#parts.push(Buffer.from(text + ending))
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(bytes)
  }

  get joined(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts))
  }
}

/** The bytes of `messages`, one frame behind the other. */
export function encodeAll<Out>(
  framing: Framing<unknown, Out>,
  operations: ByteOperations,
  messages: readonly Out[],
): Uint8Array {
  const encoder = framing.createEncoder(operations)
  const output = new BytesOutput()
  for (const message of messages) encoder.encode(message, output)
  return output.joined
}

/** Latin-1 text as bytes: the shortest way to write a byte string with `\x00` escapes. */
export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}
