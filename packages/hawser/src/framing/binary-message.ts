import type { ByteOperations } from './byte-operations.js'
import { messageInvalid, messageTooLarge } from './frame-errors.js'
import type { FrameOutput } from './framing.js'
import { show } from '../options/invalid.js'

/** What the binary framings take to send. Text goes out as UTF-8. */
export type BinaryMessage = Uint8Array | string

/** From this size on `FrameOutput.bytes` keeps a message as it is; below, it copies. */
const smallestKept = 16 * 1024

/** Whether `FrameOutput.bytes` would copy so many bytes. */
export function isSmall(size: number): boolean {
  return size < smallestKept
}

/**
 * How many bytes a message takes.
 *
 * @throws FramingError when it is neither bytes nor text, or larger than `limit`
 */
export function measureMessage(
  message: BinaryMessage,
  limit: number,
  operations: ByteOperations,
): number {
  const size = typeof message === 'string' ? operations.byteLength(message) : measureBytes(message)
  if (size > limit) throw messageTooLarge(size, limit)
  return size
}

function measureBytes(message: Uint8Array): number {
  if (message instanceof Uint8Array) return message.length
  throw messageInvalid(`the message is ${show(message)}: send a Uint8Array or a string`)
}

/**
 * Makes room for a header that the caller then writes to `output.buffer`, and for the message
 * behind it when that is small.
 *
 * @returns where the header begins
 */
export function reserveHeader(headerSize: number, size: number, output: FrameOutput): number {
  return output.reserve(isSmall(size) ? headerSize + size : headerSize)
}

/**
 * Puts the message behind its header.
 *
 * @param at where the header ends; `reserveHeader` made room there
 */
export function putBehindHeader(
  message: BinaryMessage,
  size: number,
  at: number,
  output: FrameOutput,
  operations: ByteOperations,
): void {
  if (typeof message === 'string') {
    if (isSmall(size)) operations.write(message, output.buffer, at)
    else output.text(message)
  } else if (isSmall(size)) {
    output.buffer.set(message, at)
  } else {
    output.bytes(message)
  }
}
