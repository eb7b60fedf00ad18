import type net from 'node:net'
import type { TransportAddress, TransportAddresses } from '../transport.js'
import type { PeerName } from './fast-read.js'

/** Names of a socket that need not be asked for; one object for all sockets of a listener where that can be. */
export interface KnownNames {
  /** The path, if it is a Unix socket. */
  readonly path?: string | undefined
  /** Our end, if the endpoint is one address. */
  readonly local?: TransportAddress | undefined
}

/** Both ends' names; on a Unix socket the path that was listened on or connected to. */
export function addressesOf(
  socket: net.Socket,
  names: KnownNames,
  peer: PeerName | undefined,
): TransportAddresses {
  if (names.path !== undefined) {
    const end: TransportAddress = { address: names.path, family: 'unix' }
    return { local: end, remote: end }
  }
  const { localAddress, localPort } = names.local === undefined ? socket : {}
  return {
    local: names.local ?? address(localAddress, localPort),
    remote: address(peer?.ip, peer?.port),
  }
}

function address(ip: string | undefined, port: number | undefined): TransportAddress | undefined {
  if (ip === undefined) return undefined
  return { address: ip, family: ip.includes(':') ? 'IPv6' : 'IPv4', port: port ?? 0 }
}
