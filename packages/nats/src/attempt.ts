import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/** What is read of a socket, and done to it. */
interface DialledSocket {
  readonly bytesRead: number
  readonly readableEnded: boolean
  readonly errored: Error | null
  destroy(): void
}

/** How far the last server that was tried came. */
export interface Reached {
  /** Bytes that it sent. */
  readonly heard: number
  /** Whether it ended the connection. */
  readonly ended: boolean
}

/** Where Node.js shows each socket that dials, in the middle of the call that makes it. */
const dialling = 'net.client.socket'
const current = new AsyncLocalStorage<Attempt>()
/** Attempts under way. */
let running = 0

/**
 * One call of the NATS client's `connect`, and the socket that it dials with. When its time is over, the
 * client (3.3) leaves the socket open, and hands it to no caller: a server that says nothing would keep it,
 * and the process, for good. With `handshakeFirst` there is none to be seen, and it stays open.
 */
export class Attempt {
  /** Of the server that was tried last: the client destroys that of the one before. */
  #socket: DialledSocket | undefined

  /** @param connect calls the client */
  async run<Connection>(connect: () => Promise<Connection>): Promise<Connection> {
    const seen = (message: unknown): void => {
      if (current.getStore() === this) this.#socket = (message as { socket: DialledSocket }).socket
    }
    subscribe(dialling, seen)
    running += 1
    try {
      const connection = await current.run(this, connect)
      // It stays in the client's hands, and what runs there may hold this for as long.
      this.#socket = undefined
      return connection
    } finally {
      running -= 1
      unsubscribe(dialling, seen)
      // Once used, it makes every promise of the process cost more (Node.js 20 and 22), until it is not.
      if (running === 0) current.disable()
    }
  }

  /** It failed: lets go of the socket. */
  abandon(): Reached {
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return { heard: 0, ended: false }
    const { bytesRead: heard, readableEnded, errored } = socket
    socket.destroy()
    return { heard, ended: readableEnded || errored !== null }
  }
}
