import { Buffer } from 'node:buffer'
import { WorkbenchError } from '../workbench-error.js'

/** Bytes of a piece, or a row more. */
const pieceSize = 256 * 1024

/** A piece of what is exported. */
export interface ExportPiece {
  readonly bytes: string
  readonly isEnd: boolean
}

/** What a page takes away, a piece when it asks for one. One at a time: the next one ends it. */
export class Exports {
  #pieces: AsyncIterator<Uint8Array> | undefined
  #over = new AbortController()
  /** Pieces are made one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  begin(make: (signal: AbortSignal) => AsyncIterable<Uint8Array>): void {
    this.end()
    this.#over = new AbortController()
    this.#pieces = make(this.#over.signal)[Symbol.asyncIterator]()
  }

  /** @returns rejects with what the export says when it fails, with WorkbenchError when there is none */
  next(): Promise<ExportPiece> {
    const piece = this.#last.then(() => this.#make())
    this.#last = piece.catch(() => undefined)
    return piece
  }

  end(): void {
    this.#over.abort(new WorkbenchError('WORKBENCH_NOT_NOW', 'the export was given up'))
    const pieces = this.#pieces
    this.#pieces = undefined
    if (pieces === undefined) return
    // It has a file open between two pieces, and nothing else would close it.
    this.#last = this.#last.then(() => pieces.return?.()).catch(() => undefined)
  }

  async #make(): Promise<ExportPiece> {
    const pieces = this.#pieces
    if (pieces === undefined) {
      throw new WorkbenchError('WORKBENCH_NOT_NOW', 'nothing is being exported')
    }
    const made: Uint8Array[] = []
    let size = 0
    while (size < pieceSize) {
      const { done, value } = await pieces.next()
      if (done === true) {
        if (this.#pieces === pieces) this.#pieces = undefined
        return { bytes: Buffer.concat(made).toString('base64'), isEnd: true }
      }
      made.push(value)
      size += value.length
    }
    return { bytes: Buffer.concat(made).toString('base64'), isEnd: false }
  }
}
