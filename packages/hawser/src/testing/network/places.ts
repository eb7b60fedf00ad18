import type { TransportAddress } from '../../transport.js'
import { addressOf } from './host-names.js'
import { systemError } from './system-error.js'

/** The dynamic ports (RFC 6335 section 6), which are chosen in turn. */
const firstPort = 49_152
const lastPort = 65_535

/** Which places of a network are taken, by what listens there and by the ends of connections. */
export class Places<Listener> {
  readonly #listeners = new Map<string, { readonly at: TransportAddress; readonly is: Listener }>()
  /** Local ends of connections: of each port, the addresses. */
  readonly #ends = new Map<number, Set<string>>()
  #lastPort = firstPort - 1

  /**
   * Have `listener` listen at a place; port 0 takes a free one.
   *
   * @returns where
   * @throws Error `EADDRINUSE`
   */
  listen(asked: TransportAddress, listener: Listener): TransportAddress {
    const at = asked.port === 0 ? addressOf(asked.address, this.#freePort()) : asked
    for (const other of this.#listeners.values()) {
      if (collide(at, other.at)) throw systemError('EADDRINUSE', 'listen', at)
    }
    this.#listeners.set(keyOf(at), { at, is: listener })
    return at
  }

  /** What listens there: at the very address, or at all. */
  find(place: TransportAddress): Listener | undefined {
    const exact = this.#listeners.get(keyOf(place))
    const { family, port } = place
    if (exact !== undefined || port === undefined) return exact?.is
    const all = family === 'IPv4' ? ['0.0.0.0', '::'] : ['::']
    const wild = all.map((each) => this.#listeners.get(keyOf(addressOf(each, port))))
    return wild.find((each) => each !== undefined)?.is
  }

  /** Nothing listens there any more. */
  unlisten(at: TransportAddress): void {
    this.#listeners.delete(keyOf(at))
  }

  /**
   * Take a place for the local end of a connection; port 0 takes a free one.
   *
   * @throws Error `EADDRINUSE`
   */
  take(address: string, asked: number): TransportAddress {
    const port = asked === 0 ? this.#freePort() : asked
    const addresses = this.#ends.get(port) ?? new Set()
    if (addresses.has(address)) throw systemError('EADDRINUSE', 'connect', { address, port })
    this.#ends.set(port, addresses.add(address))
    return addressOf(address, port)
  }

  /** That end is gone. */
  free({ address, port = 0 }: TransportAddress): void {
    const addresses = this.#ends.get(port)
    addresses?.delete(address)
    if (addresses?.size === 0) this.#ends.delete(port)
  }

  /** The next one after the last, whatever its address: ports tell connections apart in a log. */
  #freePort(): number {
    const taken = new Set([...this.#listeners.values()].map(({ at }) => at.port))
    for (let tries = firstPort; tries <= lastPort; tries += 1) {
      this.#lastPort = this.#lastPort === lastPort ? firstPort : this.#lastPort + 1
      if (!taken.has(this.#lastPort) && !this.#ends.has(this.#lastPort)) return this.#lastPort
    }
    throw systemError('EADDRNOTAVAIL', 'connect', { address: 'all dynamic ports are taken' })
  }
}

function keyOf({ address, port }: TransportAddress): string {
  return port === undefined ? address : `${address} ${port}`
}

/** Whether two cannot both be listened at: Linux refuses the port of a socket for all addresses. */
function collide(one: TransportAddress, other: TransportAddress): boolean {
  if (one.port !== other.port) return false
  if (one.address === other.address) return true
  return one.port !== undefined && (isWild(one) || isWild(other))
}

function isWild({ address }: TransportAddress): boolean {
  return address === '::' || address === '0.0.0.0'
}
