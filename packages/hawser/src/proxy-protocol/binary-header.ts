import { decodeUtf8, showByte } from './byte-text.js'
import { crc32c } from './crc32c.js'
import {
  binaryPrefix,
  type ProxyAddress,
  type ProxyHeader,
  type ProxyTlvs,
  tlvTypes,
  unixNameSize,
} from './header.js'
import { ipText } from './ip-bytes.js'
import { cutTlvs, type FoundTlv } from './tlv-records.js'
import { readTlvs } from './tlvs.js'

const commandAt = 12
const familyAt = 13
const lengthAt = 14

/** The two commands (section 2.2). */
export const commands = { local: 0x0, proxy: 0x1 } as const

/** The family bytes of streams: these addresses are used. */
export const families = { unspecified: 0x00, tcp4: 0x11, tcp6: 0x21, unix: 0x31 } as const

/** Bytes of addresses and ports by family, datagrams included: records begin behind them. */
const addressSizes: ReadonlyMap<number, number> = new Map([
  [families.unspecified, 0],
  [families.tcp4, 12],
  [0x12, 12],
  [families.tcp6, 36],
  [0x22, 36],
  [families.unix, 2 * unixNameSize],
  [0x32, 2 * unixNameSize],
])

/** The length of the whole header, of which the first 16 bytes are there. */
export function binaryLength(held: Uint8Array): number {
  return binaryPrefix + ((held[lengthAt]! << 8) | held[lengthAt + 1]!)
}

/**
 * Look at the last of `length` bytes of a version 2 header, 16 at the most; those before it were.
 *
 * @returns what is wrong, if something is
 */
export function checkBinary(
  held: Uint8Array,
  length: number,
  maxHeader: number,
): string | undefined {
  const command = held[commandAt]! & 0xf
  const family = held[familyAt]!
  if (length === commandAt + 1) {
    const version = held[commandAt]! >> 4
    if (version !== 2) return `it says version ${version} behind the signature of version 2`
    if (command > commands.proxy) return `the command is ${command}: 0 (local) and 1 (proxy) exist`
  }
  // With `local` the family is to be ignored, and with it the addresses.
  if (command === commands.local && length < binaryPrefix) return undefined
  if (length === familyAt + 1 && (family >> 4 > 3 || (family & 0xf) > 2)) {
    return `the family ${showByte(family)} does not exist`
  }
  if (length !== binaryPrefix) return undefined
  const whole = binaryLength(held)
  if (whole > maxHeader) return `it claims ${whole} bytes, and maxHeader is ${maxHeader}`
  const least = binaryPrefix + (addressSizes.get(family) ?? 0)
  if (command === commands.proxy && whole < least) {
    return `it claims ${whole} bytes, and its addresses (family ${showByte(family)}) need ${least}`
  }
  return undefined
}

/**
 * Read a whole header, whose first bytes {@link checkBinary} let through.
 *
 * @param bytes exactly the header
 * @returns the header, or what is wrong
 */
export function parseBinary(bytes: Uint8Array): ProxyHeader | string {
  const isLocal = (bytes[commandAt]! & 0xf) === commands.local
  const family = bytes[familyAt]!
  const size = addressSizes.get(family)
  // Where no addresses are used, what fills the block need not be records: then there are none.
  const isLoose = isLocal || size === undefined || family === families.unspecified
  const tlvs = parseTlvs(bytes, binaryPrefix + (size ?? bytes.length), isLoose)
  if (typeof tlvs === 'string') return tlvs
  const [source, destination] = isLocal ? [] : parseEnds(bytes, family)
  return { version: 2, command: isLocal ? 'local' : 'proxy', source, destination, tlvs }
}

function parseTlvs(bytes: Uint8Array, from: number, isLoose: boolean): ProxyTlvs | string {
  const found = cutTlvs(bytes, from)
  if (typeof found === 'string') return isLoose ? {} : found
  const tlvs = readTlvs(found)
  if (typeof tlvs === 'string') return isLoose ? {} : tlvs
  const checksum = found.find(({ type }) => type === tlvTypes.crc32c)
  return (checksum === undefined ? undefined : checkSum(bytes, checksum)) ?? tlvs
}

function checkSum(bytes: Uint8Array, { at }: FoundTlv): string | undefined {
  const said = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)
  const is = crc32c(bytes, at)
  if (said === is) return undefined
  return `its checksum is ${said.toString(16)}, and that of its bytes is ${is.toString(16)}`
}

function parseEnds(bytes: Uint8Array, family: number): [ProxyAddress?, ProxyAddress?] {
  const at = binaryPrefix
  if (family === families.unix) {
    const middle = at + unixNameSize
    return [unixEnd(bytes, at), unixEnd(bytes, middle)]
  }
  if (family !== families.tcp4 && family !== families.tcp6) return []
  const size = family === families.tcp4 ? 4 : 16
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const end = (index: 0 | 1): ProxyAddress => ({
    address: ipText(bytes.subarray(at + index * size, at + (index + 1) * size)),
    family: size === 4 ? 'IPv4' : 'IPv6',
    port: view.getUint16(at + 2 * size + 2 * index),
  })
  return [end(0), end(1)]
}

/** Names end at the first zero; those in the abstract namespace of Linux begin with one. */
function unixEnd(bytes: Uint8Array, from: number): ProxyAddress {
  const name = bytes.subarray(from, from + unixNameSize)
  const end = name.indexOf(0, name[0] === 0 ? 1 : 0)
  const address = decodeUtf8(end < 0 ? name : name.subarray(0, end))
  return { address: address === '\0' ? '' : address, family: 'unix' }
}
