import type { Socket } from 'node:net'
import type { LinkSource, LinkTarget } from './link-ends.js'
import type { MemoryLink } from './memory-link.js'

/** One end of a connection through a toxic proxy: a real socket, joined to the other by two links. */
export class ToxicEnd implements LinkSource, LinkTarget {
  readonly #socket: Socket
  /** Takes what this socket receives. */
  readonly #out: MemoryLink
  /** Brings what this socket is to send. */
  readonly #in: MemoryLink

  constructor(socket: Socket, out: MemoryLink, incoming: MemoryLink) {
    this.#socket = socket
    this.#out = out
    this.#in = incoming
  }

  /** Begin, once both ends are there. */
  start(): void {
    const socket = this.#socket
    socket.on('data', (bytes: Buffer) => {
      if (!this.#out.accept([bytes])) socket.pause()
    })
    socket.on('end', () => this.#out.finish())
    socket.on('drain', () => this.#in.pump())
    socket.on('close', (isBroken) => {
      this.#in.abandon()
      if (isBroken || !socket.readableEnded) this.#out.reset()
    })
    socket.resume()
  }

  /** Break it off. */
  reset(): void {
    breakOff(this.#socket)
  }

  get flowing(): boolean {
    return !this.#socket.destroyed && !this.#socket.writableNeedDrain
  }

  /** A reset is passed on, whether the socket reads or not. */
  get writing(): boolean {
    return true
  }

  get gone(): boolean {
    return this.#socket.destroyed
  }

  deliver(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  deliverEnd(): void {
    this.#socket.end()
  }

  deliverReset(): void {
    this.reset()
  }

  cut(): void {
    this.#in.reset()
    this.#out.reset()
  }

  drained(): void {
    this.#socket.resume()
  }

  refused(): void {
    this.#in.reset()
  }
}

/** Reset it; a Unix socket knows no reset, and is closed. */
export function breakOff(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.remotePort === undefined) socket.destroy()
  else socket.resetAndDestroy()
}
