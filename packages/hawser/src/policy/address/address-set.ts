import { type Bounds, Bounds4, Bounds6, holds, merge } from './address-bounds.js'
import { type IpAddress, parseIp } from './ip-address.js'

/** Addresses from `first` to `last`, both included. */
export interface AddressSpan {
  /** 4 or 6. */
  readonly family: 4 | 6
  /** The lowest. */
  readonly first: bigint
  /** The highest. */
  readonly last: bigint
}

/** Bits of an address. */
const bitsOf = { 4: 32n, 6: 128n } as const

/**
 * Read an address (`192.0.2.1`), a CIDR block (`10.0.0.0/8`, `2001:db8::/32`) or a range
 * (`10.0.0.1-10.0.0.9`).
 *
 * @returns the span, or what is wrong
 */
export function parseSpan(text: string): AddressSpan | string {
  const [from = '', to, ...more] = text.split('-').map((part) => part.trim())
  if (to !== undefined) return more.length > 0 ? notOne(text) : parseRange(text, from, to)
  const [base = '', bits, ...rest] = from.split('/')
  const address = parseIp(base)
  if (address === undefined || rest.length > 0) return notOne(text)
  if (bits === undefined) return spanOf(address, address)
  return parseBlock(base, address, bits)
}

function parseBlock(
  base: string,
  { family, value }: IpAddress,
  bits: string,
): AddressSpan | string {
  const isMapped = family === 4 && base.includes(':')
  const most = family === 4 && !isMapped ? 32 : 128
  const least = isMapped ? 96 : 0
  const prefix = Number(bits)
  if (!/^\d{1,3}$/.test(bits) || prefix > most || prefix < least) {
    return `the prefix of ${base}/${bits} is ${bits} and takes ${least} to ${most} bits`
  }
  const hostBits = BigInt(most - prefix)
  const first = (value >> hostBits) << hostBits
  return { family, first, last: first + (1n << hostBits) - 1n }
}

function parseRange(text: string, from: string, to: string): AddressSpan | string {
  const first = parseIp(from)
  const last = parseIp(to)
  if (first === undefined || last === undefined) return notOne(text)
  if (first.family !== last.family)
    return `${text} begins with IPv${first.family} and ends with IPv${last.family}`
  if (first.value > last.value)
    return `${text} ends before it begins: write the lower address first`
  return spanOf(first, last)
}

function spanOf({ family, value }: IpAddress, last: IpAddress): AddressSpan {
  return { family, first: value, last: last.value }
}

function notOne(text: string): string {
  return `${JSON.stringify(text)} is no address, no CIDR block such as 10.0.0.0/8 and no range such as 10.0.0.1-10.0.0.9`
}

/**
 * A set of addresses, asked in logarithmic time. The two families are apart: `::/0` holds every IPv6
 * address and no IPv4 one, however the operating system writes that.
 */
export class AddressSet {
  readonly #bounds: Readonly<Record<4 | 6, Bounds>>

  constructor(spans: Iterable<AddressSpan>) {
    const keys: Record<4 | 6, bigint[]> = { 4: [], 6: [] }
    for (const { family, first, last } of spans) {
      keys[family].push((first << bitsOf[family]) | last)
    }
    this.#bounds = {
      4: new Bounds4(merge(keys[4], bitsOf[4])),
      6: new Bounds6(merge(keys[6], bitsOf[6])),
    }
  }

  /** Whether it holds this address. */
  has({ family, value }: IpAddress): boolean {
    return holds(this.#bounds[family], value)
  }
}
