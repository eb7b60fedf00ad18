import { isUtf8 } from 'node:buffer'
import { FramingError } from 'hawser'

/**
 * A message as text: bytes go out as they are, or not at all.
 *
 * @throws FramingError `HAWSER_MESSAGE_INVALID`
 */
export function readText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return asBuffer(bytes).toString('utf8')
  throw new FramingError(
    'HAWSER_MESSAGE_INVALID',
    'the message is not UTF-8, and the framing carries nothing else: write text',
    { op: 'encode' },
  )
}

/** @throws FramingError `HAWSER_MESSAGE_INVALID` */
export function parseJson(bytes: Uint8Array): unknown {
  const text = readText(bytes)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new FramingError(
      'HAWSER_MESSAGE_INVALID',
      `the text is not JSON (${(error as Error).message}): write a JSON value, strings in quotes`,
      { op: 'encode', cause: error },
    )
  }
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
