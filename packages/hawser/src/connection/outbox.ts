import { Buffer } from 'node:buffer'
import type { FrameOutput } from '../framing/framing.js'
import type { TransportChunk } from '../transport.js'

/** Bytes of this size and more are handed on as they are: copying them to join would cost more. */
const keepWhole = 16 * 1024
const blockSize = 16 * 1024
const mostSpareBlocks = 32
/** Text is joined up to this length, then encoded: it waits for a peer that reads slowly. */
const longestText = 64 * 1024

const nothing = new Uint8Array(0)
const spareBlocks: Uint8Array[] = []

/**
 * The bytes of one connection that wait for the next write. Small things are joined as they come
 * in, text to text and bytes to bytes, so that a turn's replies leave in one system call.
 *
 * The UTF-8 length of text is counted only where the answer matters: three bytes a code unit is
 * the most there can be, and that bound settles nearly every question.
 */
export class Outbox implements FrameOutput {
  #chunks: TransportChunk[] = []
  #chunkBytes = 0
  #text = ''
  #textBytes = 0
  #uncounted = 0
  #block: Uint8Array = nothing
  #used = 0
  #taken = 0
  readonly #lent: Uint8Array[] = []

  get buffer(): Uint8Array {
    return this.#block
  }

  /** Bytes waiting, exactly. */
  get size(): number {
    if (this.#uncounted > 0) this.#count()
    return this.#chunkBytes + this.#textBytes + (this.#used - this.#taken)
  }

  /** At least as many as are waiting, at no cost. */
  get upperBound(): number {
    return this.#chunkBytes + this.#textBytes + 3 * this.#uncounted + (this.#used - this.#taken)
  }

  /** Grows whenever anything is put in. */
  get mark(): number {
    return this.#chunkBytes + this.#text.length + (this.#used - this.#taken)
  }

  text(text: string): void {
    if (this.#used > this.#taken) this.#sealBlock()
    if (this.#text.length > longestText) this.#encodeText()
    // Once the text has been counted it stays counted, or a long text would be counted each time.
    if (this.#textBytes > 0) this.#textBytes += Buffer.byteLength(text)
    else this.#uncounted += text.length
    this.#text = this.#text === '' ? text : this.#text + text
  }

  reserve(size: number): number {
    if (this.#text !== '') this.#sealText()
    if (this.#used + size > this.#block.length) this.#newBlock(size)
    const at = this.#used
    this.#used += size
    return at
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length >= keepWhole) this.share(bytes)
    else {
      const at = this.reserve(bytes.length)
      this.#block.set(bytes, at)
    }
  }

  /** Append bytes as they are, without a copy, however few: nobody will ever change them. */
  share(bytes: Uint8Array): void {
    this.#seal()
    this.#chunks.push(bytes)
    this.#chunkBytes += bytes.length
  }

  /** Take everything out, in order. What was taken is read by the transport until `reclaim`. */
  take(): TransportChunk[] {
    if (this.#chunks.length === 0 && this.#used === this.#taken) {
      const text = this.#text
      this.#text = ''
      this.#textBytes = this.#uncounted = 0
      return [text]
    }
    this.#seal()
    const chunks = this.#chunks
    this.#chunks = []
    this.#chunkBytes = 0
    if (this.#block !== nothing) this.#lent.push(this.#block)
    this.#block = nothing
    this.#used = this.#taken = 0
    return chunks
  }

  /** The transport is done with what was taken: its blocks may be written to again. */
  reclaim(): void {
    for (let block = this.#lent.pop(); block !== undefined; block = this.#lent.pop()) {
      if (block.length === blockSize && spareBlocks.length < mostSpareBlocks) {
        spareBlocks.push(block)
      }
    }
  }

  /** Drop everything. Blocks that were taken are left to whoever reads them. */
  clear(): void {
    this.#chunks = []
    this.#text = ''
    this.#block = nothing
    this.#chunkBytes = this.#textBytes = this.#uncounted = this.#used = this.#taken = 0
    this.#lent.length = 0
  }

  #seal(): void {
    if (this.#text !== '') this.#sealText()
    if (this.#used > this.#taken) this.#sealBlock()
  }

  #sealText(): void {
    const bytes = this.#uncounted > 0 ? Buffer.byteLength(this.#text) : this.#textBytes
    this.#chunks.push(this.#text)
    this.#chunkBytes += bytes
    this.#text = ''
    this.#textBytes = this.#uncounted = 0
  }

  /** Text joined of many small pieces takes a multiple of its length: what must wait, waits as bytes. */
  #encodeText(): void {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    this.#textBytes = this.#uncounted = 0
    this.share(bytes)
  }

  #sealBlock(): void {
    const bytes = new Uint8Array(
      this.#block.buffer,
      this.#block.byteOffset + this.#taken,
      this.#used - this.#taken,
    )
    this.#chunks.push(bytes)
    this.#chunkBytes += bytes.length
    this.#taken = this.#used
  }

  #newBlock(size: number): void {
    if (this.#used > this.#taken) this.#sealBlock()
    if (this.#block !== nothing) this.#lent.push(this.#block)
    this.#block =
      size > blockSize
        ? new Uint8Array(size)
        : (spareBlocks.pop() ?? new Uint8Array(new ArrayBuffer(blockSize)))
    this.#used = this.#taken = 0
  }

  #count(): void {
    this.#textBytes = Buffer.byteLength(this.#text)
    this.#uncounted = 0
  }
}
