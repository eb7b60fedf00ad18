import type net from 'node:net'
import type { Clock } from '../policy/clock.js'
import type { TransportAddresses } from '../transport.js'
import { askPeerName, type PeerName } from './fast-read.js'
import { addressesOf, type KnownNames } from './names.js'
import { SocketTransport } from './socket-transport.js'

/** Milliseconds a refused peer gets to take its goodbye. */
const goodbyeTime = 1_000

/** A connection that was accepted by the operating system and by nobody else yet. */
export class Arrival {
  readonly #socket: net.Socket
  readonly #fast: boolean
  readonly #names: KnownNames
  readonly #peer: PeerName | undefined
  /** Whether its endpoint speaks TLS. */
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

  /** Both ends' names. */
  get addresses(): TransportAddresses {
    return addressesOf(this.#socket, this.#names, this.#peer)
  }

  /** Whether its peer has reset it meanwhile. It costs one system call, and reads nothing. */
  get isGone(): boolean {
    return this.#peer !== undefined && askPeerName(this.#socket) === undefined
  }

  /** Let it in. */
  take(): SocketTransport {
    return new SocketTransport(this.#socket, this.#fast, this.#names, this.#peer)
  }

  /** Close it without a word. */
  refuse(): void {
    this.#socket.on('error', ignore)
    this.#socket.destroy()
  }

  /**
   * Close it after `goodbye`; then `gone` is called. The time for it is fixed: a peer that goes on
   * sending must not stay for that. A goodbye under way keeps no process alive.
   */
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

function ignore(): void {}
