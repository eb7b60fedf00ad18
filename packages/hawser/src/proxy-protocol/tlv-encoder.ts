import { encodeLatin1, encodeUtf8, showByte } from './byte-text.js'
import {
  maxUniqueId,
  type ProxySsl,
  type ProxyTlv,
  type ProxyTlvs,
  sslBits,
  sslTypes,
  tlvTypes,
} from './header.js'
import { sslPrefix } from './ssl-tlv.js'
import { unsendable } from './unsendable.js'

/** Records one behind the other, and where in them the checksum has its place. */
export interface EncodedTlvs {
  readonly bytes: Uint8Array
  /** Undefined when there is no checksum; its four bytes are zeros still. */
  readonly checksumAt: number | undefined
}

/** @throws OptionError when a value does not fit */
export function encodeTlvs(tlvs: ProxyTlvs): EncodedTlvs {
  const { alpn, authority, uniqueId, ssl, netns, others = [] } = tlvs
  if (uniqueId !== undefined && uniqueId.length > maxUniqueId) {
    throw unsendable(
      `uniqueId has ${uniqueId.length} bytes, and ${maxUniqueId} are the most`,
      'proxyProtocol.tlvs',
    )
  }
  const records: (ProxyTlv | undefined)[] = [
    // The first, so that its place is known.
    tlvs.crc32c === true ? { type: tlvTypes.crc32c, value: new Uint8Array(4) } : undefined,
    latin1Record('alpn', tlvTypes.alpn, alpn),
    utf8Record(tlvTypes.authority, authority),
    uniqueId === undefined ? undefined : { type: tlvTypes.uniqueId, value: uniqueId },
    ssl === undefined ? undefined : { type: tlvTypes.ssl, value: encodeSsl(ssl) },
    latin1Record('netns', tlvTypes.netns, netns),
    ...others.map((record) => checked('others', record, tlvTypes)),
  ]
  return { bytes: join(records), checksumAt: tlvs.crc32c === true ? 3 : undefined }
}

function encodeSsl(ssl: ProxySsl): Uint8Array {
  const { version, commonName, cipher, signatureAlgorithm, keyAlgorithm, others = [] } = ssl
  const records = join([
    latin1Record('version', sslTypes.version, version),
    utf8Record(sslTypes.commonName, commonName),
    latin1Record('cipher', sslTypes.cipher, cipher),
    latin1Record('signatureAlgorithm', sslTypes.signatureAlgorithm, signatureAlgorithm),
    latin1Record('keyAlgorithm', sslTypes.keyAlgorithm, keyAlgorithm),
    ...others.map((record) => checked('ssl.others', record, sslTypes)),
  ])
  const bytes = new Uint8Array(sslPrefix + records.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(
    0,
    (ssl.overTls ? sslBits.overTls : 0) |
      (ssl.certificateOnConnection ? sslBits.certificateOnConnection : 0) |
      (ssl.certificateInSession ? sslBits.certificateInSession : 0),
  )
  view.setUint32(1, ssl.verify)
  bytes.set(records, sslPrefix)
  return bytes
}

function latin1Record(name: string, type: number, text: string | undefined): ProxyTlv | undefined {
  if (text === undefined) return undefined
  const value = encodeLatin1(text)
  if (value === undefined) {
    throw unsendable(
      `${name} is ${JSON.stringify(text)}: it takes characters of one byte`,
      'proxyProtocol.tlvs',
    )
  }
  return { type, value }
}

function utf8Record(type: number, text: string | undefined): ProxyTlv | undefined {
  return text === undefined ? undefined : { type, value: encodeUtf8(text) }
}

/** A record of a type that has a name of its own would be there twice, or contradict it. */
function checked(
  name: string,
  record: ProxyTlv,
  named: Readonly<Record<string, number>>,
): ProxyTlv {
  const { type } = record
  if (!Number.isInteger(type) || type < 0 || type > 0xff) {
    throw unsendable(
      `${name} has the type ${String(type)}: it takes a whole number, 0–255`,
      'proxyProtocol.tlvs',
    )
  }
  const [field] = Object.entries(named).find(([, number]) => number === type) ?? []
  if (field === undefined) return record
  throw unsendable(
    `${name} has the type ${showByte(type)}, which is ${field}: pass it as that`,
    'proxyProtocol.tlvs',
  )
}

function join(records: readonly (ProxyTlv | undefined)[]): Uint8Array {
  const there = records.filter((record) => record !== undefined)
  const bytes = new Uint8Array(there.reduce((sum, { value }) => sum + 3 + value.length, 0))
  let at = 0
  for (const { type, value } of there) {
    if (value.length > 0xffff) {
      throw unsendable(
        `a value has ${value.length} bytes, and 65535 are the most`,
        'proxyProtocol.tlvs',
      )
    }
    bytes.set([type, value.length >> 8, value.length & 0xff], at)
    bytes.set(value, at + 3)
    at += 3 + value.length
  }
  return bytes
}
