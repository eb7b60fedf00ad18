import type { ByteOperations } from '../byte-operations.js'
import { frameMalformed } from '../frame-errors.js'
import type { ChecksumAlgorithm } from './checksum-algorithms.js'

/** A checksum and where it stands in a message of the inner framing. */
export interface ChecksumPlace {
  readonly name: string
  readonly algorithm: ChecksumAlgorithm
  /** How many bytes it takes. */
  readonly size: number
  readonly isBehind: boolean
  readonly littleEndian: boolean
  /** How many bytes are in front of the checksum and of what it covers. */
  readonly offset: number
  /** How many bytes are behind both. */
  readonly trailer: number
}

/**
 * Where the checksum of a message is that has `length` bytes with it:
 *
 * ```text
 *  behind:  | offset | covered | checksum | trailer |
 *  front:   | offset | checksum | covered | trailer |
 * ```
 */
export function findChecksum(
  { size, isBehind, offset, trailer }: ChecksumPlace,
  length: number,
): number {
  return isBehind ? length - trailer - size : offset
}

/** The checksum of what a message covers that has `length` bytes with it. */
export function calculateChecksum(
  message: Uint8Array,
  length: number,
  { algorithm, size, isBehind, offset, trailer }: ChecksumPlace,
): number {
  const start = isBehind ? offset : offset + size
  const end = length - trailer - (isBehind ? size : 0)
  return algorithm.calculate(message, start, end)
}

/**
 * A message without its checksum.
 *
 * @param start where its frame begins, counted from the first byte this framing read
 * @throws FramingError `HAWSER_FRAME_MALFORMED` when the checksum is wrong, or missing
 */
export function takeChecksum(
  message: Uint8Array,
  place: ChecksumPlace,
  start: number,
  operations: ByteOperations,
): Uint8Array {
  const { name, size, isBehind, littleEndian, offset, trailer } = place
  const { length } = message
  if (length < offset + size + trailer) {
    throw frameMalformed(`a message of ${length} bytes has no room for its ${name}`, start)
  }
  const at = findChecksum(place, length)
  const stated = readNumber(message, at, size, littleEndian)
  const calculated = calculateChecksum(message, length, place)
  if (stated !== calculated) {
    throw frameMalformed(
      `a message of ${length} bytes states ${showNumber(stated)} as its ${name}, which is ${showNumber(calculated)}`,
      start,
    )
  }
  // Views where what is left is in one piece. The message itself is never written to: it may be a view
  // of bytes that are read again after a switch.
  if (isBehind && trailer === 0) return view(message, 0, at)
  if (!isBehind && offset === 0) return view(message, size, length)
  const copy = operations.copy(message, 0, length)
  copy.copyWithin(at, at + size)
  return view(copy, 0, length - size)
}

/** Writes the checksum of a message that has `length` bytes with it. */
export function putChecksum(message: Uint8Array, place: ChecksumPlace): void {
  const { length } = message
  const { size, littleEndian } = place
  const at = findChecksum(place, length)
  let left = calculateChecksum(message, length, place)
  for (let index = 0; index < size; index++) {
    message[littleEndian ? at + index : at + size - 1 - index] = left % 256
    left = Math.floor(left / 256)
  }
}

function readNumber(bytes: Uint8Array, at: number, size: number, littleEndian: boolean): number {
  let value = 0
  for (let index = 0; index < size; index++) {
    value = value * 256 + bytes[littleEndian ? at + size - 1 - index : at + index]!
  }
  return value
}

function showNumber(value: number): string {
  return `0x${value.toString(16)}`
}

/** A plain Uint8Array, whatever `bytes` is. */
function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
}
