import type net from 'node:net'
import { ignore } from '../../promises.js'
import type { Clock } from '../../policy/clock.js'
import type { TransportAddresses } from '../../transport.js'
import { type Arrival, goodbyeTime } from './arrival.js'
import { askPeerName, type PeerName } from '../fast-read.js'
import { addressesOf, type KnownNames } from '../names.js'
import { SocketTransport } from '../socket-transport.js'

/** A connection that the operating system has accepted. */
export class SocketArrival implements Arrival {
  readonly #socket: net.Socket
  readonly #fast: boolean
  readonly #names: KnownNames
  readonly #peer: PeerName | undefined
  readonly secure: boolean

  constructor(
    socket: net.Socket,
    fast: boolean,
    names: KnownNames,
    peer: PeerName | undefined,
    secure: boolean,
  ) {
    this.secure = secure
    this.#socket = socket
    this.#fast = fast
    this.#names = names
    this.#peer = peer
  }

  get addresses(): TransportAddresses {
    return addressesOf(this.#socket, this.#names, this.#peer)
  }

  /** It costs one system call, and reads nothing. */
  get isGone(): boolean {
    return this.#peer !== undefined && askPeerName(this.#socket) === undefined
  }

  take(): SocketTransport {
    return new SocketTransport(this.#socket, this.#fast, this.#names, this.#peer)
  }

  refuse(): void {
    this.#socket.on('error', ignore)
    this.#socket.destroy()
  }

  sayGoodbye(goodbye: Uint8Array, clock: Clock, gone: () => void): void {
    const socket = this.#socket
    const timer = clock.schedule(() => socket.destroy(), goodbyeTime, false)
    socket.on('error', ignore)
    socket.once('close', () => {
      timer.cancel()
      gone()
    })
    // What the refused peer sends is read away: unread bytes would turn the close into a reset that
    // takes the goodbye with it.
    socket.resume()
    socket.end(goodbye)
    socket.unref()
  }
}
