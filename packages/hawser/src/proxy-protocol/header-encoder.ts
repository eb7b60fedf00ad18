import { parseIp } from '../policy/address/ip-address.js'
import { commands, families } from './binary-header.js'
import { encodeUtf8 } from './byte-text.js'
import { crc32c } from './crc32c.js'
import { binaryPrefix, type ProxyEnd, type ProxyTlvs, unixNameSize } from './header.js'
import { ipBytes, ipText } from './ip-bytes.js'
import { binarySignature } from './signature.js'
import { encodeTlvs } from './tlv-encoder.js'
import { unsendable } from './unsendable.js'

/** The header to encode. */
export interface HeaderToEncode {
  readonly version: 1 | 2
  readonly command: 'proxy' | 'local'
  /** Undefined, or when only one end is: an unknown family. */
  readonly source: ProxyEnd | undefined
  readonly destination: ProxyEnd | undefined
  /** In version 2 only. */
  readonly tlvs: ProxyTlvs
}

/** Both ends, ready for either version. */
interface Ends {
  readonly kind: 'tcp4' | 'tcp6' | 'unix'
  readonly names: readonly [Uint8Array, Uint8Array]
  readonly ports: readonly [number, number]
}

/**
 * The bytes of a header.
 *
 * Of an IPv4 and an IPv6 end, the first is written as IPv6 (`::ffff:192.0.2.1`), and two such ends
 * are IPv4. Version 1 has no Unix sockets and no `local`: both become `UNKNOWN`.
 *
 * @throws OptionError when version 1 is to carry records, an end is none, or a value does not fit
 */
export function encodeHeader(header: HeaderToEncode): Uint8Array {
  const { version, command, source, destination, tlvs } = header
  const isKnown = command === 'proxy' && source !== undefined && destination !== undefined
  const ends = isKnown ? endsOf(source, destination) : undefined
  if (version === 2) return encodeBinary(command, ends, tlvs)
  if (Object.values(tlvs).some((value) => value !== undefined)) {
    throw unsendable('tlvs are for version 2: version 1 of the header cannot carry them')
  }
  return encodeText(ends)
}

function encodeText(ends: Ends | undefined): Uint8Array {
  if (ends === undefined || ends.kind === 'unix') return encodeUtf8('PROXY UNKNOWN\r\n')
  const [source, destination] = ends.names.map(ipText)
  const addresses = `${source} ${destination} ${ends.ports.join(' ')}`
  return encodeUtf8(`PROXY ${ends.kind.toUpperCase()} ${addresses}\r\n`)
}

function encodeBinary(
  command: 'proxy' | 'local',
  ends: Ends | undefined,
  tlvs: ProxyTlvs,
): Uint8Array {
  const { bytes: records, checksumAt } = encodeTlvs(tlvs)
  const addresses = ends === undefined ? new Uint8Array() : encodeEnds(ends)
  const length = addresses.length + records.length
  if (length > 0xffff) throw unsendable(`the header has ${length} bytes, and 65535 are the most`)
  const bytes = new Uint8Array(binaryPrefix + length)
  const view = new DataView(bytes.buffer)
  bytes.set(binarySignature)
  view.setUint8(12, 0x20 | commands[command])
  view.setUint8(13, families[ends?.kind ?? 'unspecified'])
  view.setUint16(14, length)
  bytes.set(addresses, binaryPrefix)
  bytes.set(records, binaryPrefix + addresses.length)
  if (checksumAt !== undefined) {
    view.setUint32(binaryPrefix + addresses.length + checksumAt, crc32c(bytes))
  }
  return bytes
}

function encodeEnds({ kind, names, ports }: Ends): Uint8Array {
  const [source, destination] = names
  const portsSize = kind === 'unix' ? 0 : 4
  const bytes = new Uint8Array(2 * source.length + portsSize)
  bytes.set(source)
  bytes.set(destination, source.length)
  const view = new DataView(bytes.buffer, 2 * source.length)
  for (const index of portsSize === 0 ? [] : ([0, 1] as const)) {
    view.setUint16(2 * index, ports[index])
  }
  return bytes
}

function endsOf(source: ProxyEnd, destination: ProxyEnd): Ends {
  if (source.family === 'unix' || destination.family === 'unix') {
    if (source.family !== destination.family) {
      throw unsendable('one of source and destination is a Unix socket and the other is none')
    }
    const names = [unixName(source.address), unixName(destination.address)] as const
    return { kind: 'unix', names, ports: [0, 0] }
  }
  const from = ipOf('source', source)
  const to = ipOf('destination', destination)
  const isIPv4 = from.family === 4 && to.family === 4
  const size = isIPv4 ? 4 : 16
  return {
    kind: isIPv4 ? 'tcp4' : 'tcp6',
    names: [ipBytes(from, size), ipBytes(to, size)],
    ports: [portOf('source', source), portOf('destination', destination)],
  }
}

function ipOf(name: string, { address }: ProxyEnd): NonNullable<ReturnType<typeof parseIp>> {
  const ip = parseIp(address)
  if (ip !== undefined) return ip
  throw unsendable(`${name} is ${JSON.stringify(address)}: it takes an IP address, without a name`)
}

function portOf(name: string, { port = 0 }: ProxyEnd): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw unsendable(`the port of ${name} is ${String(port)}: it takes a whole number, 0–65535`)
}

function unixName(path: string): Uint8Array {
  const bytes = new Uint8Array(unixNameSize)
  const name = encodeUtf8(path)
  if (name.length > unixNameSize) {
    throw unsendable(`the path ${path} has ${name.length} bytes, and ${unixNameSize} are the most`)
  }
  bytes.set(name)
  return bytes
}
