/**
 * The octets of an IP address: 4 or 16.
 *
 * @returns undefined for what is no address, such as a host's name
 */
export function ipOctets(text: string): Uint8Array | undefined {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) {
    const octets = text.split('.').map(Number)
    return octets.every((octet) => octet < 256) ? Uint8Array.from(octets) : undefined
  }
  return text.includes(':') ? sixteenOctets(text) : undefined
}

/** An IPv6 address as RFC 5952 writes it: no leading zeros, and at most one `::`. */
export function canonicalAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

function sixteenOctets(text: string): Uint8Array | undefined {
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined
  const [head = '', tail] = canonicalAddress(text).split('::')
  const groups = [parseGroups(head), parseGroups(tail ?? '')] as const
  const zeros = Array.from({ length: 8 - groups[0].length - groups[1].length }, () => 0)
  return Uint8Array.from(
    [...groups[0], ...zeros, ...groups[1]].flatMap((group) => [group >> 8, group & 0xff]),
  )
}

function parseGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
