import type net from 'node:net'
import type { TransportAddresses } from '../transport.js'
import { addressesOf, type KnownNames, SocketTransport } from './socket-transport.js'

/** Milliseconds a refused peer gets to take its goodbye. */
const goodbyeTime = 1_000

/** A connection that was accepted by the operating system and by nobody else yet. */
export class Arrival {
  readonly #socket: net.Socket
  readonly #fast: boolean
  readonly #names: KnownNames

  constructor(socket: net.Socket, fast: boolean, names: KnownNames) {
    this.#socket = socket
    this.#fast = fast
    this.#names = names
  }

  /** Both ends' names. */
  get addresses(): TransportAddresses {
    return addressesOf(this.#socket, this.#names)
  }

  /** Let it in. */
  take(): SocketTransport {
    return new SocketTransport(this.#socket, this.#fast, this.#names)
  }

  /** Close it, after `goodbye` if there is one; then `gone` is called once that is over. */
  refuse(goodbye: Uint8Array | undefined, gone: () => void): void {
    const socket = this.#socket
    socket.on('error', ignore)
    if (goodbye === undefined) {
      socket.destroy()
      return
    }
    socket.once('close', gone)
    // What the refused peer sends is read away: unread bytes would turn the close into a reset that
    // takes the goodbye with it.
    socket.setTimeout(goodbyeTime, () => socket.destroy())
    socket.on('end', () => socket.destroy())
    socket.resume()
    socket.end(goodbye)
  }
}

function ignore(): void {}
