import { Duplex } from 'node:stream'

/**
 * Two streams, each of which brings what is written to the other. What is written is passed on as it
 * is, and taken when the reader has room, as a Node.js stream in memory does it.
 */
export function duplexPair(): [Duplex, Duplex] {
  const left = new Side()
  const right = new Side()
  left.other = right
  right.other = left
  return [left, right]
}

class Side extends Duplex {
  other: Side | undefined
  #taken: (() => void) | undefined

  constructor() {
    super({ allowHalfOpen: true })
  }

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const other = this.other as Side
    if (other.push(chunk)) done()
    else other.#taken = done
  }

  override _final(done: () => void): void {
    this.other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error)
    const { other } = this
    // What came with its end is still read; what did not is broken off.
    if (other === undefined || other.destroyed) return
    if (!this.writableFinished) other.destroy()
    else if (!other.writableFinished && other.writableLength > 0) other.destroy()
  }
}
