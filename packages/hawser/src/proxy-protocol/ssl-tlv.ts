import { decodeLatin1, decodeUtf8, showByte } from './byte-text.js'
import { type ProxySsl, type ProxyTlv, sslBits, sslTypes } from './header.js'
import { cutTlvs, keepOthers } from './tlv-records.js'

/** Bytes in front of the records: the bits, and the verdict in four. */
export const sslPrefix = 5

type TextField = keyof typeof sslTypes

const fieldOf: ReadonlyMap<number, TextField> = new Map(
  Object.entries(sslTypes).map(([field, type]) => [type, field as TextField]),
)

/**
 * Read the value of the record on TLS.
 *
 * @returns what it says, or what is wrong
 */
export function parseSsl(value: Uint8Array): ProxySsl | string {
  if (value.length < sslPrefix) {
    return `there are ${value.length} bytes, and ${sslPrefix} are the fewest`
  }
  const found = cutTlvs(value, sslPrefix)
  if (typeof found === 'string') return found
  const bits = value[0]!
  const texts: { [Field in TextField]?: string } = {}
  const others: ProxyTlv[] = []
  for (const { type, value: bytes } of found) {
    const field = fieldOf.get(type)
    if (field === undefined) others.push({ type, value: bytes })
    else if (texts[field] !== undefined) return `there are two records of type ${showByte(type)}`
    else texts[field] = field === 'commonName' ? decodeUtf8(bytes) : decodeLatin1(bytes)
  }
  const ssl = {
    overTls: (bits & sslBits.overTls) !== 0,
    certificateOnConnection: (bits & sslBits.certificateOnConnection) !== 0,
    certificateInSession: (bits & sslBits.certificateInSession) !== 0,
    verify: new DataView(value.buffer, value.byteOffset).getUint32(1),
    ...texts,
  }
  return keepOthers(ssl, others)
}
