import type { ProxyTlv } from './header.js'

/** Bytes in front of a value: its type, and its length in two. */
const tlvPrefix = 3

/** A record and where in the header its value begins. */
export interface FoundTlv extends ProxyTlv {
  readonly at: number
}

/**
 * Cut `bytes[from …]` into records.
 *
 * @returns the records, their values copies, or what is wrong
 */
export function cutTlvs(bytes: Uint8Array, from: number): FoundTlv[] | string {
  const found: FoundTlv[] = []
  let at = from
  while (at < bytes.length) {
    const left = bytes.length - at - tlvPrefix
    if (left < 0) return `the record at byte ${at} of the header is cut off`
    const length = (bytes[at + 1]! << 8) | bytes[at + 2]!
    if (length > left) {
      return `the record at byte ${at} of the header claims ${length} bytes, and ${left} are left`
    }
    const start = at + tlvPrefix
    found.push({ type: bytes[at]!, value: bytes.slice(start, start + length), at: start })
    at = start + length
  }
  return found
}

/**
 * Give `holder` the property `others`, whose records are cut each time it is read. They are kept as
 * bytes: a header of 4 KiB may have a thousand of them, which take 260 KiB once they are cut.
 */
export function keepOthers<Holder extends object>(
  holder: Holder,
  others: readonly ProxyTlv[],
): Holder & { readonly others?: readonly ProxyTlv[] } {
  if (others.length === 0) return holder
  const size = others.reduce((sum, { value }) => sum + tlvPrefix + value.length, 0)
  const kept = new Uint8Array(size)
  let at = 0
  for (const { type, value } of others) {
    kept.set([type, value.length >> 8, value.length & 0xff], at)
    kept.set(value, at + tlvPrefix)
    at += tlvPrefix + value.length
  }
  return Object.defineProperty(holder, 'others', {
    enumerable: true,
    get: () => (cutTlvs(kept, 0) as FoundTlv[]).map(({ type, value }) => ({ type, value })),
  })
}
