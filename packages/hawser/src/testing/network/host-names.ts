import type { NetworkPlace } from '../../network.js'
import type { TransportAddress } from '../../transport.js'
import { systemError } from './system-error.js'

/** Every address, as `node:net` says it. */
const everywhere = '::'

/** The names of a network's hosts. */
export class HostNames {
  readonly #addresses: ReadonlyMap<string, string>

  constructor(hosts: Readonly<Record<string, string>>) {
    this.#addresses = new Map([['localhost', '127.0.0.1'], ...Object.entries(hosts)])
  }

  /**
   * A place by its address.
   *
   * @throws Error `ENOTFOUND` when it has a name that no host has
   */
  resolve(place: NetworkPlace): TransportAddress {
    if (place.kind === 'unix') return { address: place.path, family: 'unix' }
    const { host = everywhere, port } = place
    return addressOf(isAddress(host) ? host : this.#find(host), port)
  }

  #find(host: string): string {
    const address = this.#addresses.get(host)
    if (address === undefined) throw systemError('ENOTFOUND', 'getaddrinfo', { address: host })
    return address
  }
}

/** One end's name. */
export function addressOf(address: string, port: number): TransportAddress {
  return { address, family: address.includes(':') ? 'IPv6' : 'IPv4', port }
}

/** The address that a machine talks to itself from. */
export function loopbackFor(remote: TransportAddress): string {
  return remote.family === 'IPv6' ? '::1' : '127.0.0.1'
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(?:\.\d+){3}$/.test(host)
}
