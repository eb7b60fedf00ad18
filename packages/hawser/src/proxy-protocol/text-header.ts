import { parseIp } from '../policy/address/ip-address.js'
import { decodeLatin1, showByte } from './byte-text.js'
import type { ProxyAddress, ProxyHeader } from './header.js'
import { ipBytes, ipText } from './ip-bytes.js'
import { textSignature } from './signature.js'

/** The longest line there can be, with its CRLF (section 2.1). */
export const maxTextHeader = 107

const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20
const protocolAt = textSignature.length
const unknown = Uint8Array.of(0x55, 0x4e, 0x4b, 0x4e, 0x4f, 0x57, 0x4e)
const tcp = Uint8Array.of(0x54, 0x43, 0x50)
const addressesAt = protocolAt + 'TCP4 '.length
/** The digits and separators of addresses and ports: `0`–`9`, `A`–`F`, `a`–`f`, `.`, `:`, space. */
const addressBytes = new Set([
  ...Array.from('0123456789abcdefABCDEF.: ', (character) => character.charCodeAt(0)),
])

/**
 * Look at the last of `length` bytes of a version 1 header; those before it were. So a line that can
 * become none is known at the first byte that is wrong, whatever it goes on with.
 *
 * @returns `done` at the end of the line, `more` while it may become one, else what is wrong
 */
export function checkText(held: Uint8Array, length: number): 'done' | 'more' | { problem: string } {
  const at = length - 1
  const byte = held[at]!
  const before = held[at - 1]
  if (before === CR) {
    return byte === LF ? 'done' : wrong(`has a CR at byte ${at} that no LF follows`)
  }
  if (byte === LF) return wrong(`has an LF at byte ${at + 1} without a CR before it`)
  if (length >= maxTextHeader) {
    return wrong(`has no CRLF in its first ${maxTextHeader} bytes, more than any has`)
  }
  return fits(held, at, byte) ? 'more' : wrong(`has ${showByte(byte)} as byte ${at + 1}`)
}

function wrong(what: string): { problem: string } {
  return { problem: `the line ${what}` }
}

function fits(held: Uint8Array, at: number, byte: number): boolean {
  const offset = at - protocolAt
  if (held[protocolAt] === unknown[0]) {
    if (offset < unknown.length) return byte === unknown[offset]
    return offset > unknown.length || byte === SPACE || byte === CR
  }
  if (offset < tcp.length) return byte === tcp[offset]
  if (offset === tcp.length) return byte === 0x34 || byte === 0x36
  if (at === addressesAt - 1) return byte === SPACE
  return byte === CR || addressBytes.has(byte)
}

/**
 * Read a whole line, which {@link checkText} let through.
 *
 * @returns the header, or what is wrong
 */
export function parseText(held: Uint8Array, length: number): ProxyHeader | string {
  const [, protocol, ...fields] = decodeLatin1(held.subarray(0, length - 2)).split(' ')
  // What stands behind UNKNOWN must be ignored.
  if (protocol === 'UNKNOWN') return headerOf(undefined, undefined)
  const [source = '', destination = '', sourcePort = '', destinationPort = ''] = fields
  if (fields.length !== 4) {
    return `the line has ${fields.length} fields behind ${protocol} and takes 4: two addresses, two ports`
  }
  const family = protocol === 'TCP4' ? 4 : 6
  const from = parseEnd(family, source, sourcePort)
  if (typeof from === 'string') return `the source ${from}`
  const to = parseEnd(family, destination, destinationPort)
  return typeof to === 'string' ? `the destination ${to}` : headerOf(from, to)
}

function headerOf(
  source: ProxyAddress | undefined,
  destination: ProxyAddress | undefined,
): ProxyHeader {
  return { version: 1, command: 'proxy', source, destination, tlvs: {} }
}

function parseEnd(family: 4 | 6, text: string, digits: string): ProxyAddress | string {
  const address = parseIp(text)
  if (address === undefined || text.includes(':') !== (family === 6)) {
    return `${JSON.stringify(text)} is no IPv${family} address`
  }
  const port = Number(digits)
  if (!/^(?:0|[1-9]\d{0,4})$/.test(digits) || port > 65_535) {
    return `port ${JSON.stringify(digits)} is no number from 0 to 65535 without leading zeros`
  }
  return { address: ipText(ipBytes(address, family === 4 ? 4 : 16)), family: `IPv${family}`, port }
}
