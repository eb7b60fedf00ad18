import { Buffer } from 'node:buffer'
import { natives } from '../natives.js'
import { Line } from './line.js'
import type { Ring } from './ring.js'

/** What a write came to: all is out, some is, nothing is, or the inspector is gone. */
export type Outcome = 'out' | 'some' | 'none' | 'gone'

/**
 * The way to the inspector: a descriptor, written to without waiting. A write of the event loop's
 * would be an async resource of the program, and would be pending when it ends.
 */
export class Sink {
  readonly line: Line
  #written = 0

  constructor(path: string) {
    this.line = new Line(path)
  }

  /** Whether the inspector is there still, which nothing says by itself. */
  isThere(): boolean {
    return this.line.isRead && this.#writeParts(nothing) >= 0
  }

  write(ring: Ring): Outcome {
    for (let isFirst = true; ; isFirst = false) {
      const block = ring.sealed[0]
      if (block === undefined) return 'out'
      const count = this.#writeParts(block.rest(this.#written))
      if (count < 0) return 'gone'
      this.#written += count
      // Asking again at once would cost an exception.
      if (this.#written < block.size) return isFirst && count === 0 ? 'none' : 'some'
      this.#written = 0
      ring.shift()
    }
  }

  end(): void {
    this.line.end()
  }

  #writeParts(parts: Uint8Array[]): number {
    const { fd } = this.line
    if (fd < 0) return -1
    try {
      return natives.writevSync(fd, parts)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return code === 'EAGAIN' || code === 'EINTR' ? 0 : -1
    }
  }
}

const nothing = [Buffer.alloc(0)]
