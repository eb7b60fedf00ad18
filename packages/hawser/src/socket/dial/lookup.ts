import dns from 'node:dns'
import net from 'node:net'
import { interleaveFamilies } from '../../policy/interleave.js'

/** Addresses of one name that are tried: a reply of the DNS may have thousands. */
const mostAddresses = 64

/**
 * The addresses of a host in the order in which to try them. An address is its own. Names go to the
 * operating system's resolver, which asks for both families at once and sorts what it finds by
 * RFC 6724; it cannot be interrupted, so who waits no longer just leaves. At most 64 of them.
 *
 * @param family the only one to use, if it is one
 * @throws the resolver's error
 */
export async function lookUp(host: string, family: 4 | 6 | undefined): Promise<string[]> {
  if (net.isIP(host) !== 0) return [host]
  const found = await new Promise<dns.LookupAddress[]>((resolve, reject) => {
    dns.lookup(host, { all: true, verbatim: true, family: family ?? 0 }, (error, addresses) => {
      if (error !== null) reject(error)
      else if (addresses.length === 0) reject(nothingFound(host))
      else resolve(addresses)
    })
  })
  const ordered = interleaveFamilies(found, (each) => each.family)
  return ordered.slice(0, mostAddresses).map(({ address }) => address)
}

/** What the resolver says itself, usually. */
function nothingFound(host: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${host}`)
  return Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo' })
}
