import { decodeLatin1, decodeUtf8, showByte } from './byte-text.js'
import { maxUniqueId, type ProxyTlv, type ProxyTlvs, tlvTypes } from './header.js'
import { parseSsl } from './ssl-tlv.js'
import { type FoundTlv, keepOthers } from './tlv-records.js'

/**
 * The meaning of records. The checksum's value is not looked at.
 *
 * @returns what they say, or what is wrong
 */
export function readTlvs(found: readonly FoundTlv[]): ProxyTlvs | string {
  const tlvs: { -readonly [Key in keyof ProxyTlvs]: ProxyTlvs[Key] } = {}
  const others: ProxyTlv[] = []
  for (const [index, { type, value }] of found.entries()) {
    if (type === tlvTypes.noop) continue
    if (!isKnown(type)) {
      others.push({ type, value })
      continue
    }
    // Of two, a reader that takes the first and one that takes the last would disagree.
    if (found.findIndex((other) => other.type === type) < index) {
      return `there are two records of type ${showByte(type)}`
    }
    if (type === tlvTypes.alpn) tlvs.alpn = decodeLatin1(value)
    else if (type === tlvTypes.authority) tlvs.authority = decodeUtf8(value)
    else if (type === tlvTypes.netns) tlvs.netns = decodeLatin1(value)
    else if (type === tlvTypes.uniqueId) {
      if (value.length > maxUniqueId) {
        return `the unique id has ${value.length} bytes, and ${maxUniqueId} are the most`
      }
      tlvs.uniqueId = value
    } else if (type === tlvTypes.crc32c) {
      if (value.length !== 4) return `the checksum has ${value.length} bytes and takes 4`
      tlvs.crc32c = true
    } else {
      const ssl = parseSsl(value)
      if (typeof ssl === 'string') return `in the record on TLS, ${ssl}`
      tlvs.ssl = ssl
    }
  }
  return keepOthers(tlvs, others)
}

function isKnown(type: number): boolean {
  return known.has(type)
}

const known: ReadonlySet<number> = new Set<number>(Object.values(tlvTypes))
