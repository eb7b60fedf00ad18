import { Buffer } from 'node:buffer'
import type { Names } from './names.js'

/** The first byte of all that nodes of this version say; another version takes another one. */
const form = 0xb1
/** Longest name of a node, in bytes: names are held in tables, and sent with each message. */
export const MOST_ID_BYTES = 64
/** Bytes of an epoch, and of a number: no node lives to see 2⁴⁸ messages. */
const numberBytes = 6
const printable = /^[\x21-\x7e]{1,64}$/

/** What stands before the body of a message. */
export interface Header {
  /** The name of the node that published it. */
  readonly from: string
  /** Numbers of different epochs have nothing to do with each other. */
  readonly epoch: number
  /** Counts what `from` published about this topic. */
  readonly number: number
}

/** Whether a text can be the name of a node. */
export function isNodeId(text: string): boolean {
  return printable.test(text)
}

/** How many bytes stand before the body. */
export function headerSize(from: string): number {
  return 2 + from.length + 2 * numberBytes
}

/** The bytes of a message with its header: form, length of the name, name, epoch, number, body. */
export function encodeMessage({ from, epoch, number }: Header, body: Uint8Array): Uint8Array {
  const size = headerSize(from)
  const bytes = Buffer.allocUnsafe(size + body.length)
  const end = writeName(bytes, from)
  writeNumber(bytes, end, epoch)
  writeNumber(bytes, end + numberBytes, number)
  bytes.set(body, size)
  return bytes
}

/** A message in its parts; undefined when no node of this version made it. */
export function decodeMessage(
  data: Uint8Array,
  names: Names,
): (Header & { readonly body: Uint8Array }) | undefined {
  const end = 2 + (data[1] ?? 0)
  const size = end + 2 * numberBytes
  if (data[0] !== form || data.length < size) return undefined
  const from = names.find(data, 2, end, () => readName(viewOf(data)))
  if (from === undefined) return undefined
  const epoch = readNumber(data, end)
  const number = readNumber(data, end + numberBytes)
  return { from, epoch, number, body: behind(data, size) }
}

/** Who gives a sign of life. */
export interface Signature {
  readonly from: string
  /** Tells it from another node of the same name. */
  readonly instance: number
}

/** The bytes of a sign of life: form, length of the name, name, instance. */
export function encodeSign({ from, instance }: Signature): Uint8Array {
  const bytes = Buffer.allocUnsafe(2 + from.length + numberBytes)
  writeNumber(bytes, writeName(bytes, from), instance)
  return bytes
}

/** Who gave a sign of life; undefined when it is none. */
export function decodeSign(data: Uint8Array): Signature | undefined {
  const from = readName(viewOf(data))
  if (from === undefined || data.length !== 2 + from.length + numberBytes) return undefined
  return { from, instance: readNumber(data, 2 + from.length) }
}

// Byte by byte, here and below: a call into Node.js costs more than a few bytes do.
function writeNumber(bytes: Uint8Array, at: number, number: number): void {
  const upper = Math.floor(number / 65_536)
  writePair(bytes, at, Math.floor(upper / 65_536))
  writePair(bytes, at + 2, upper)
  writePair(bytes, at + 4, number)
}

/** The lowest 16 bits of a number. */
function writePair(bytes: Uint8Array, at: number, number: number): void {
  bytes[at] = number >>> 8
  bytes[at + 1] = number
}

/** What `subarray` makes, which has to look for its constructor first. */
function behind(data: Uint8Array, start: number): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset + start, data.length - start)
}

function readNumber(data: Uint8Array, at: number): number {
  const high = (data[at] ?? 0) * 256 + (data[at + 1] ?? 0)
  const upper = ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0)
  const lower = ((data[at + 4] ?? 0) << 8) | (data[at + 5] ?? 0)
  return (high * 65_536 + upper) * 65_536 + lower
}

function viewOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

function writeName(bytes: Buffer, name: string): number {
  bytes[0] = form
  bytes[1] = name.length
  for (let at = 0; at < name.length; at += 1) bytes[2 + at] = name.charCodeAt(at)
  return 2 + name.length
}

function readName(bytes: Buffer): string | undefined {
  const length = bytes[1] ?? 0
  if (bytes[0] !== form || length > MOST_ID_BYTES || bytes.length < 2 + length) return undefined
  const name = bytes.toString('latin1', 2, 2 + length)
  return isNodeId(name) ? name : undefined
}
