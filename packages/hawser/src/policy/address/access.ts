import type { AddressSet } from './address-set.js'
import { parseIp } from './ip-address.js'

/** Which peers may connect: those on `allow`, if there is such a list, less those on `deny`. */
export interface Access {
  /** Only these; undefined is all, and an empty set none. */
  readonly allow: AddressSet | undefined
  /** Not these. */
  readonly deny: AddressSet | undefined
}

/** Whether a peer is refused. A peer without an IP address is let in only if there are no lists. */
export function isDenied({ allow, deny }: Access, text: string): boolean {
  if (allow === undefined && deny === undefined) return false
  const address = parseIp(text)
  if (address === undefined || deny?.has(address) === true) return true
  return allow !== undefined && !allow.has(address)
}
