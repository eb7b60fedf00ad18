import type { IpAddress } from '../policy/address/ip-address.js'

/** IPv4 inside IPv6: `::ffff:0:0/96` (RFC 4291 section 2.5.5.2). */
const mappedPrefix = 0xffff_0000_0000n

/** The bytes of an address in network order: 4, or 16, in which an IPv4 address is mapped. */
export function ipBytes({ family, value }: IpAddress, size: 4 | 16): Uint8Array {
  const bytes = new Uint8Array(size)
  let rest = family === 4 && size === 16 ? mappedPrefix | value : value
  for (let at = size - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

/** The text of 4 or 16 bytes in network order, in the form that RFC 5952 recommends. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => (bytes[2 * at]! << 8) | bytes[2 * at + 1]!)
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `::ffff:${bytes.subarray(12).join('.')}`
  }
  const { from, length } = longestZeros(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { from: number; length: number } {
  let best = { from: 0, length: 0 }
  let length = 0
  for (const [at, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { from: at + 1 - length, length }
  }
  return best
}
