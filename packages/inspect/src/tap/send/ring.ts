import { Block } from './block.js'

/** Blocks at most, each of 288 KiB: 4.6 MB. */
const mostBlocks = 16

/** The blocks between the hooks, which fill them, and the sink, which takes them. */
export class Ring {
  /** Full, or about to be written. */
  readonly sealed: Block[] = []
  readonly #spare: Block[] = []
  #current: Block | undefined
  #made = 0
  #firstRow = 0
  #rows = 0

  readonly #onSealed: () => void

  /** @param onSealed called when a block is full */
  constructor(onSealed: () => void) {
    this.#onSealed = onSealed
  }

  /** @returns a block with room for a row of `bytes`, or undefined while the inspector does not read */
  reserve(bytes: number): Block | undefined {
    if (this.#current?.fits(bytes)) return this.#current
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
  }

  #take(): Block | undefined {
    const block = this.#spare.pop()
    if (block !== undefined) return block
    if (this.#made === mostBlocks) return undefined
    this.#made += 1
    return new Block()
  }
}
