import { Buffer } from 'node:buffer'
import type { FrameOutput } from '../../framing/framing.js'
import type { TransportChunk } from '../../transport.js'
import { giveBlock, largestBlock, takeBlock } from './blocks.js'
import { endsMidway, writeText } from './write-text.js'

/** Bytes of this size and more are handed on as they are: copying them to join would cost more. */
const keepWhole = 16 * 1024
/** A shared frame below this is copied when something waits in front: a reference weighs as much. */
export const keepShared = 1024
/** Text is joined from so many pieces at most: a piece takes 32 bytes until it is encoded. */
const mostPieces = 128
/** One write hands over no more, or the whole of it would stay until its last byte has left. */
const largestWrite = 256 * 1024
/** From so many bytes waiting on, what would leave much of a block empty gets memory of its own. */
const manyWaiting = 64 * 1024
/** … when it takes so much. Two of these may each miss a block by a byte, and a third of it is lost. */
const muchOfBlock = largestBlock / 3

/** Bytes of the longest character. */
const widest = 4
/** Text of this length is encoded into a block at once: to count its bytes first would cost as much. */
const longText = 2 * 1024
/** … up to this one, which as ASCII just fits into the largest. No more is joined. */
const longestText = largestBlock - widest

const lineFeed = 10
const nothing = new Uint8Array(0)

/**
 * The bytes of one connection that wait for the next write, held as bytes: in blocks, or as one
 * large piece. Text is joined for a moment, because encoding many small pieces at once is cheaper.
 */
export class Outbox implements FrameOutput {
  /** Undefined when there is none: one that is alone, as most are, is in an array of one. */
  #chunks: TransportChunk[] | undefined
  #chunkBytes = 0
  #text = ''
  #pieces = 0
  #block: Uint8Array = nothing
  #used = 0
  #taken = 0
  /** The block that goes on when memory of one's own in front of it is full. */
  #aside: Aside | undefined
  /** Blocks that the transport reads, or that were filled, in order. */
  #lent: Lent[] | undefined
  /** Bytes of chunks that were taken since the beginning. */
  #handed = 0

  get buffer(): Uint8Array {
    return this.#block
  }

  /** Whether nothing waits. */
  get empty(): boolean {
    return this.#chunkBytes === 0 && this.#text === '' && this.#used === this.#taken
  }

  /** At least as many bytes as are waiting, at no cost. */
  get upperBound(): number {
    return this.#chunkBytes + 3 * this.#text.length + (this.#used - this.#taken)
  }

  /** Grows whenever anything is put in. */
  get mark(): number {
    return this.#chunkBytes + this.#text.length + (this.#used - this.#taken)
  }

  /** Bytes waiting, exactly. Joined text is encoded for it, so that asking often costs little. */
  measure(): number {
    if (this.#text !== '') this.#encodeText()
    return this.#chunkBytes + (this.#used - this.#taken)
  }

  text(text: string, ending = ''): void {
    const joined = this.#text
    if (isLong(text)) this.#longText(text, ending)
    else if (joined === '') this.#text = text + ending
    else if (this.#pieces < mostPieces && joined.length + text.length < longestText) {
      this.#text = joined + text + ending
    } else {
      this.#encodeText()
      this.#text = text + ending
    }
    this.#pieces += 1
    // Joined with the next piece, half a character would become a whole one. The ending is looked at
    // by itself: to look at the last character of joined text copies all of it.
    if (ending !== '\n' && endsMidway(ending === '' ? text : ending)) this.#encodeText()
  }

  reserve(size: number): number {
    if (this.#text !== '') this.#encodeText()
    return this.#reserve(size)
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.length < keepWhole) this.#copy(bytes)
    else this.#keep(pinsMuch(bytes) ? new Uint8Array(bytes) : bytes)
  }

  /** Append bytes that will never change: kept as they are, unless a copy is smaller. */
  share(bytes: Uint8Array): void {
    // A reference to nothing takes memory that is not counted.
    if (bytes.length === 0) return
    if (bytes.length < keepShared && !this.empty) this.#copy(bytes)
    else this.#keep(bytes)
  }

  /**
   * Take out what one write may hand over, in order. What was taken is read by the transport until
   * `reclaim`.
   */
  take(): { chunks: TransportChunk[]; size: number } {
    const text = this.#text
    const isAll = this.#chunkBytes === 0 && this.#used === this.#taken
    if (text !== '' && isAll && !isLong(text)) {
      this.#text = ''
      this.#pieces = 0
      return { chunks: [text], size: Buffer.byteLength(text) }
    }
    this.#seal()
    let chunks = this.#chunks ?? []
    let size = this.#chunkBytes
    if (size > largestWrite && chunks.length > 1) {
      size = 0
      const count = chunks.findIndex((chunk) => (size += chunk.length) >= largestWrite) + 1
      chunks = chunks.splice(0, count)
      this.#chunkBytes -= size
      this.#handed += size
      return { chunks, size }
    }
    this.#lend()
    this.#chunks = undefined
    this.#chunkBytes = 0
    this.#handed += size
    this.#block = nothing
    this.#used = this.#taken = 0
    return { chunks, size }
  }

  /** The transport is done with what was taken: blocks of which nothing waits may be written to again. */
  reclaim(): void {
    const lent = this.#lent
    if (lent === undefined) return
    const handed = this.#handed
    let free = 0
    for (; free < lent.length && (lent[free] as Lent).end <= handed; free += 1) {
      giveBlock((lent[free] as Lent).block)
    }
    if (free === lent.length) this.#lent = undefined
    else if (free > 0) lent.splice(0, free)
  }

  /** Drop everything. Blocks that were taken are left to whatever reads them. */
  clear(): void {
    this.#chunks = undefined
    this.#text = ''
    this.#block = nothing
    this.#chunkBytes = this.#pieces = this.#used = this.#taken = 0
    this.#lent = this.#aside = undefined
  }

  #copy(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length)
    this.#block.set(bytes, at)
  }

  #keep(bytes: Uint8Array): void {
    this.#seal()
    this.#add(bytes)
  }

  #add(bytes: Uint8Array): void {
    if (this.#chunks === undefined) this.#chunks = [bytes]
    else this.#chunks.push(bytes)
    this.#chunkBytes += bytes.length
  }

  #seal(): void {
    if (this.#text !== '') this.#encodeText()
    if (this.#used > this.#taken) this.#sealBlock()
  }

  #reserve(size: number): number {
    if (this.#used + size > this.#block.length) this.#newBlock(size)
    const at = this.#used
    this.#used += size
    return at
  }

  /** Joined with its ending, text would be copied once more; and to encode that by itself costs a call. */
  #longText(text: string, ending: string): void {
    if (this.#text !== '') this.#encodeText()
    this.#text = text
    this.#encodeText()
    if (ending === '\n' && this.#used < this.#block.length) this.#block[this.#used++] = lineFeed
    else this.#text = ending
  }

  #encodeText(): void {
    const text = this.#text
    this.#text = ''
    this.#pieces = 0
    const most = 3 * text.length
    if (isLong(text) && this.#encodeAscii(text)) return
    const size = this.#used + most <= this.#block.length ? most : Buffer.byteLength(text)
    if (size >= keepWhole) this.#keep(Buffer.from(text))
    else {
      const at = this.#reserve(size)
      // Only now is known how many of the bytes set aside it takes.
      this.#used = at + writeText(this.#block, text, at, size)
    }
  }

  /** @returns false, with nothing done, when it takes more bytes than it has characters */
  #encodeAscii(text: string): boolean {
    const at = this.#reserve(text.length + widest)
    const room = this.#block.length - at
    const written = writeText(this.#block, text, at, room)
    // Where less is left than a character may take, it may have run out of room.
    const isWhole = room - written >= widest
    this.#used = isWhole ? at + written : at
    return isWhole
  }

  #sealBlock(): void {
    const { buffer, byteOffset } = this.#block
    const size = this.#used - this.#taken
    this.#add(new Uint8Array(buffer, byteOffset + this.#taken, size))
    this.#taken = this.#used
  }

  #newBlock(size: number): void {
    if (this.#used > this.#taken) this.#sealBlock()
    const aside = this.#aside
    if (size > muchOfBlock && this.#chunkBytes >= manyWaiting) {
      this.#aside ??= { block: this.#block, used: this.#used }
      this.#block = new Uint8Array(size)
      this.#used = this.#taken = 0
    } else if (aside !== undefined && aside.used + size <= aside.block.length) {
      this.#aside = undefined
      this.#block = aside.block
      this.#used = this.#taken = aside.used
    } else {
      if (this.#used === 0) this.#giveUnused()
      this.#lend()
      this.#block = takeBlock(size, this.#chunkBytes)
      this.#used = this.#taken = 0
    }
  }

  /** Text was tried in it and did not fit. */
  #giveUnused(): void {
    giveBlock(this.#block)
    this.#block = nothing
  }

  #lend(): void {
    if (this.#aside !== undefined) this.#lendBlock(this.#aside.block)
    this.#aside = undefined
    this.#lendBlock(this.#block)
  }

  #lendBlock(block: Uint8Array): void {
    if (block === nothing) return
    const lent = { block, end: this.#handed + this.#chunkBytes }
    if (this.#lent === undefined) this.#lent = [lent]
    else this.#lent.push(lent)
  }
}

/** A block that is not full. */
interface Aside {
  readonly block: Uint8Array
  readonly used: number
}

/** A block whose bytes are among the chunks. */
interface Lent {
  readonly block: Uint8Array
  /** Its last byte is one of the first so many of all chunks. */
  readonly end: number
}

/** Whether bytes keep memory that is more than twice their own. */
function pinsMuch(bytes: Uint8Array): boolean {
  return bytes.buffer.byteLength > 2 * bytes.length
}

function isLong(text: string): boolean {
  return text.length >= longText && text.length <= longestText
}
