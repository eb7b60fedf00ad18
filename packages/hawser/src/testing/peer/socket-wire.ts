import type { Socket } from 'node:net'
import { unseenReset } from './unseen-reset.js'
import type { Wire, WireEvents } from './wire.js'

/** A wire that is a real TCP or Unix socket, already connected and not yet read from. */
export class SocketWire implements Wire {
  readonly #socket: Socket
  #error: Error | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', (error) => {
      this.#error ??= error
    })
  }

  start(events: WireEvents): void {
    const socket = this.#socket
    socket.on('data', (bytes: Buffer) => events.received(bytes))
    socket.on('end', () => {
      const reset = unseenReset(socket)
      if (reset === undefined) events.peerEnded()
      else socket.destroy(reset)
    })
    if (socket.closed) queueMicrotask(() => events.gone(this.#error))
    else socket.on('close', () => events.gone(this.#error))
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (!error) resolve()
        else reject(error)
      })
    })
  }

  end(): void {
    this.#socket.end()
  }

  reset(): void {
    // A Unix socket knows no reset, and Node.js makes an error of asking for one.
    if (this.#socket.remotePort === undefined) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  close(): void {
    this.#socket.destroy()
  }

  stopReading(): void {
    this.#socket.pause()
  }

  startReading(): void {
    this.#socket.resume()
  }
}
