import { constants } from 'node:fs'
import { Socket } from 'node:net'
import { apply, natives } from '../natives.js'
import { isGone, isPipeRead, takePipe } from './pipe.js'

/** The native half of a Unix socket. */
export interface Handle {
  readonly fd?: number
  unref(): void
  close(): void
}

/**
 * A line to the inspector: a pipe, or a socket where there is none to be had. Node.js makes a socket in any case, as a
 * sample of how this runtime makes them. Only its native half is used: a socket of Node's would call methods and say
 * events that the program may have put its own in the place of, when it is connected and when it closes.
 */
export class Line {
  /** Never connected, as far as it knows. */
  readonly socket: Socket = new Socket()
  #handle: Handle | null = null
  #isRefused = false
  #pipe: number | undefined
  readonly #file: string | undefined

  constructor(path: string) {
    this.#pipe = takePipe(path)
    Object.defineProperty(this.socket, '_handle', {
      configurable: true,
      get: () => this.#handle,
      set: (made: Handle | null) => {
        if (made !== null) this.#quieten(made)
        this.#handle = made
      },
    })
    this.socket.connect(path)
    if (this.#isRefused) this.end()
    this.#file = fileOf(this.#number)
  }

  /** For those who look for what handles have in common. */
  get handle(): Handle | null {
    return this.#handle
  }

  /** Its descriptor, or -1 once there is none: a number that the program has closed is soon that of a file of its own. */
  get fd(): number {
    const fd = this.#number
    return fd < 0 || fileOf(fd) === this.#file ? fd : -1
  }

  /** Whether the inspector is there, as far as it shows without a write. */
  get isRead(): boolean {
    return this.#pipe === undefined || isPipeRead(this.#pipe)
  }

  /** A handle that was never opened is left alone: its end would be waited for. */
  end(): void {
    const { fd } = this
    if (this.#pipe !== undefined && fd >= 0) natives.closeSync(fd)
    else if (this.#number >= 0) this.#handle?.close()
    this.#pipe = undefined
    this.#handle = null
  }

  get #number(): number {
    return this.#pipe ?? this.#handle?.fd ?? -1
  }

  /** That it is connected, or cannot be, is said to the program's hooks if there is anything to call. */
  #quieten(handle: Handle): void {
    handle.unref()
    const connect = Reflect.get(handle, 'connect') as (...args: unknown[]) => number
    Object.defineProperty(handle, 'connect', {
      configurable: true,
      value: (request: { oncomplete?: unknown }, path: string) => {
        if (this.#pipe !== undefined || isGone(path)) return 0
        request.oncomplete = undefined
        try {
          this.#isRefused = apply(connect, handle, [request, path]) !== 0
        } catch {
          // The program may not connect anywhere.
          this.#isRefused = true
        }
        return 0
      },
    })
  }
}

/**
 * @returns which file it is that has a descriptor, with its type: the number of a pipe that was deleted is soon that of a
 *   file. Undefined where it is not said
 */
function fileOf(fd: number): string | undefined {
  try {
    const { dev, ino, mode } = natives.fstatSync(fd)
    return `${dev}:${ino}:${mode & constants.S_IFMT}`
  } catch {
    return undefined
  }
}
