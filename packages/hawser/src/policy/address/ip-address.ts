/** An IP address as a number. IPv4 inside IPv6 (`::ffff:192.0.2.1`) is IPv4. */
export interface IpAddress {
  /** 4 or 6. */
  readonly family: 4 | 6
  /** 32 or 128 bits. */
  readonly value: bigint
}

const mappedPrefix = 0xffffn
/** Bits of an IPv6 address that name a host's network and not the host (RFC 4291 section 2.5.4). */
export const networkBits = 64

/**
 * Read an IP address as people and the operating system write it (RFC 4291 section 2.2); a zone
 * behind it (`%eth0`) is dropped. Octets with a leading zero are refused: some read them as octal.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const value = parseOctets(text)
    return value === undefined ? undefined : { family: 4, value }
  }
  const value = parseGroups(text.replace(/%[^%]+$/, ''))
  if (value === undefined) return undefined
  return value >> 32n === mappedPrefix
    ? { family: 4, value: value & 0xffff_ffffn }
    : { family: 6, value }
}

/**
 * By what connections of one peer are counted together: an IPv4 address, or the network of an IPv6
 * address, of which one customer usually has all addresses (RFC 6177).
 *
 * @param prefix bits of that network, 1 to 128
 */
export function addressKey(text: string, prefix: number = networkBits): string {
  // What the operating system says of an IPv4 peer is in its one form already.
  if (!text.includes(':')) return text
  const address = parseIp(text)
  if (address === undefined) return text
  const { family, value } = address
  if (family === 4) return formatOctets(value)
  return `${(value >> BigInt(128 - prefix)).toString(16)}::/${prefix}`
}

function parseOctets(text: string): bigint | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let value = 0n
  for (const octet of octets) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined
    value = (value << 8n) | BigInt(octet)
  }
  return value
}

function formatOctets(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
}

function parseGroups(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => readGroups(half)) as [Groups, Groups?]
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  // Only the end of an address may be written as IPv4.
  if (halves.length === 2 && halves[0]?.includes('.') === true) return undefined
  const given = head.length + (tail?.length ?? 0)
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined
  const zeros = Array.from({ length: 8 - given }, () => 0n)
  return [...head, ...zeros, ...(tail ?? [])].reduce((value, group) => (value << 16n) | group, 0n)
}

type Groups = bigint[] | undefined

function readGroups(text: string): Groups {
  if (text === '') return []
  const words = text.split(':')
  const groups: bigint[] = []
  for (const [index, word] of words.entries()) {
    if (/^[\da-f]{1,4}$/i.test(word)) groups.push(BigInt(`0x${word}`))
    else {
      const value = index === words.length - 1 ? parseOctets(word) : undefined
      if (value === undefined) return undefined
      groups.push(value >> 16n, value & 0xffffn)
    }
  }
  return groups
}
