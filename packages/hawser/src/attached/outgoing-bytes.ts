import { Buffer } from 'node:buffer'
import type { TransportChunk } from '../transport.js'

/** So much goes into one write: a slow stream, such as a serial line, has to show that it moves. */
const pieceSize = 16 * 1024

/**
 * What one write of a transport hands over, for a stream that may keep what it is given: the memory of a
 * write belongs to the connection again once it is complete, so each piece is a copy.
 */
export class OutgoingBytes {
  #chunks: Uint8Array[] = []
  #size = 0

  /** Bytes that were not taken out yet. */
  get size(): number {
    return this.#size
  }

  add(chunks: readonly TransportChunk[]): void {
    for (const chunk of chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (bytes.length === 0) continue
      this.#chunks.push(bytes)
      this.#size += bytes.length
    }
  }

  /** The next 16 KiB, or what is left; call it only while there is something. */
  next(): Uint8Array {
    const piece = new Uint8Array(Math.min(this.#size, pieceSize))
    let filled = 0
    let taken = 0
    while (filled < piece.length) {
      const chunk = this.#chunks[taken] as Uint8Array
      const part = chunk.subarray(0, piece.length - filled)
      piece.set(part, filled)
      filled += part.length
      if (part.length === chunk.length) taken += 1
      else this.#chunks[taken] = chunk.subarray(part.length)
    }
    this.#chunks.splice(0, taken)
    this.#size -= piece.length
    return piece
  }

  clear(): void {
    this.#chunks = []
    this.#size = 0
  }
}
