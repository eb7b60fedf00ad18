import { Socket } from 'node:net'
import { natives } from '../natives.js'
import type { Ring } from './ring.js'

interface Handle {
  readonly fd?: number
  close(): void
}

/** A socket that closes without a look at `process.stderr`, which Node's own has, and which opens it for the program. */
class Line extends Socket {
  readonly #onGone: () => void

  constructor(onGone: () => void) {
    super()
    this.#onGone = onGone
  }

  override _destroy(_error: Error | null, callback: (error: null) => void): void {
    const handle = Reflect.get(this, '_handle') as Handle | null
    Reflect.set(this, '_handle', null)
    handle?.close()
    callback(null)
    this.#onGone()
  }
}

/** What a write came to: all is out, some is, nothing is, or the inspector is gone. */
export type Outcome = 'out' | 'some' | 'none' | 'gone'

/**
 * The way to the inspector: the descriptor of a Unix socket, written to without waiting. A write of the event loop's
 * would be an async resource of the program, and would be pending when it ends.
 */
export class Sink {
  readonly socket: Socket
  #written = 0

  constructor(path: string, onGone: () => void) {
    this.socket = new Line(onGone)
    this.socket.connect(path)
    this.socket.unref()
  }

  /** The handle of a Unix socket, for those who look for what handles have in common. */
  get handle(): (object & Handle) | null {
    return Reflect.get(this.socket, '_handle') as Handle | null
  }

  write(ring: Ring): Outcome {
    for (let isFirst = true; ; isFirst = false) {
      const [block] = ring.sealed
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
    this.socket.destroy()
  }

  #writeParts(parts: Uint8Array[]): number {
    // Asked for each time: the number of a closed descriptor is soon that of a file of the program's.
    const fd = this.handle?.fd ?? -1
    if (fd < 0) return -1
    try {
      return natives.writevSync(fd, parts)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return code === 'EAGAIN' || code === 'EINTR' ? 0 : -1
    }
  }
}
