import { Socket } from 'node:net'
import { apply } from '../natives.js'

/** The native half of a Unix socket. */
export interface Handle {
  readonly fd?: number
  unref(): void
  close(): void
}

/**
 * A line to the inspector. Node.js makes the socket, and only its native half is used: a socket of Node's would call
 * methods and say events that the program may have put its own in the place of, when it is connected and when it
 * closes.
 */
export class Line {
  /** Never connected, as far as it knows. */
  readonly socket: Socket = new Socket()
  #handle: Handle | null = null
  #failure = 0

  constructor(path: string) {
    Object.defineProperty(this.socket, '_handle', {
      configurable: true,
      get: () => this.#handle,
      set: (made: Handle | null) => {
        if (made !== null) this.#quieten(made)
        this.#handle = made
      },
    })
    this.socket.connect(path)
    if (this.#failure === 0) this.#handle?.unref()
    else this.end()
  }

  /** Also for those who look for what handles have in common. */
  get handle(): Handle | null {
    return this.#handle
  }

  end(): void {
    this.#handle?.close()
    this.#handle = null
  }

  /** That it is connected, or cannot be, is said to the program's hooks if there is anything to call. */
  #quieten(handle: Handle): void {
    const connect = Reflect.get(handle, 'connect') as (...args: unknown[]) => number
    Object.defineProperty(handle, 'connect', {
      configurable: true,
      value: (request: { oncomplete?: unknown }, path: string) => {
        request.oncomplete = undefined
        this.#failure = apply(connect, handle, [request, path])
        return 0
      },
    })
  }
}
