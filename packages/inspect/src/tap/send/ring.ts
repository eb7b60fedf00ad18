import { Block } from './block.js'

/** Blocks at most, each of 288 KiB: 4.6 MB. */
const mostBlocks = 16
/** Once all of them were full, so many have to be written before one is filled again. */
const enoughBlocks = 4

/** The blocks between the hooks, which fill them, and the sink, which takes them. */
export class Ring {
  /** Full, or about to be written. */
  readonly sealed: Block[] = []
  readonly #spare: Block[] = []
  #current: Block | undefined
  #made = 0
  #isFull = false
  #firstRow = 0
  #rows = 0

  readonly #onSealed: () => void

  /** @param onSealed called when a block is full */
  constructor(onSealed: () => void) {
    this.#onSealed = onSealed
  }

  /**
   * Whether the inspector does not keep up. Until it has caught up a little, nothing is taken: what is lost is one piece
   * then, which costs less than a row now and then, and can be followed better.
   */
  get isFull(): boolean {
    return this.#isFull
  }

  /** @returns a block with room for a row of `bytes`, or undefined while the inspector does not read */
  reserve(bytes: number): Block | undefined {
    if (this.#current?.fits(bytes)) return this.#current
    if (this.#isFull) return undefined
    if (this.#current !== undefined) {
      this.seal()
      this.#onSealed()
    }
    this.#current = this.#take()
    return this.#current
  }

  /** A row was added to the block that was reserved. */
  count(): void {
    this.#rows += 1
  }

  /** A row found no room: its number is used up all the same, so that the gap shows. */
  skip(): void {
    this.#rows += 1
    this.seal()
  }

  seal(): void {
    const block = this.#current
    if (block === undefined || block.rows === 0) {
      this.#firstRow = this.#rows
      return
    }
    block.seal(this.#firstRow)
    this.#firstRow = this.#rows
    this.sealed.push(block)
    this.#current = undefined
  }

  /** The first of the sealed blocks was written. */
  shift(): void {
    const block = this.sealed.shift()
    if (block === undefined) return
    block.empty()
    this.#spare.push(block)
    if (this.#spare.length >= enoughBlocks) this.#isFull = false
  }

  #take(): Block | undefined {
    const block = this.#spare.pop()
    if (block !== undefined) return block
    if (this.#made === mostBlocks) {
      this.#isFull = true
      return undefined
    }
    this.#made += 1
    return new Block()
  }
}
