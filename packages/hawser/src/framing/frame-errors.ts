import { FramingError } from '../errors.js'

const decoding = { op: 'decode' }
const encoding = { op: 'encode' }
const longestExcerpt = 24

/**
 * A frame that arrives is larger than the limit.
 *
 * @param size its size as far as it is known, such as `70000` or `more than 65536`
 * @param limit maxFrame
 * @param offset where it begins, counted from the first byte this framing read
 */
export function frameTooLarge(size: number | string, limit: number, offset: number): FramingError {
  return new FramingError(
    'HAWSER_FRAME_TOO_LARGE',
    (maxFrame) => `the frame at byte ${offset} has ${size} bytes, and ${maxFrame} is ${limit}`,
    {
      ...decoding,
      option: 'maxFrame',
      remedy: (maxFrame) =>
        `raise ${maxFrame} if such frames are expected, or skip them with oversize: 'discard'`,
    },
  )
}

/**
 * Bytes that arrive break the framing.
 *
 * @param what what was expected and what was there instead
 * @param offset where, counted from the first byte this framing read
 * @param cause a parser's error
 */
export function frameMalformed(what: string, offset: number, cause?: unknown): FramingError {
  return new FramingError(
    'HAWSER_FRAME_MALFORMED',
    `${what} (byte ${offset} of the stream): check that both ends use the same framing`,
    { ...decoding, cause },
  )
}

/** A decoder neither found a frame in more bytes than one may have nor refused them. */
export function restTooLarge(
  name: string,
  rest: number,
  maxFrame: number,
  overhead: number,
): FramingError {
  return new FramingError(
    'HAWSER_FRAME_TOO_LARGE',
    (option) =>
      `the decoder of "${name}" found no end of a frame in ${rest} bytes, and ${option} is ` +
      `${maxFrame} with ${overhead} bytes of overhead`,
    {
      ...decoding,
      option: 'maxFrame',
      remedy: (option) =>
        `raise ${option} if such frames are expected, or overhead if headers and delimiters take more`,
    },
  )
}

/** A decoder broke its contract; `what` says what it did. */
export function decoderInvalid(name: string, what: string): FramingError {
  return new FramingError(
    'HAWSER_DECODER_INVALID',
    `the decoder of "${name}" ${what}: see Decoder for what decode and end have to do`,
    decoding,
  )
}

/**
 * The stream ended inside a frame.
 *
 * @param length how many bytes of it had come
 * @param offset where it began, counted from the first byte this framing read; where that is known
 */
export function frameTruncated(length: number, offset?: number): FramingError {
  const frame = offset === undefined ? 'a frame' : `the frame at byte ${offset}`
  return new FramingError(
    'HAWSER_FRAME_TRUNCATED',
    `the stream ended ${length} bytes into ${frame}: the peer closed before it had sent all of it`,
    decoding,
  )
}

/** The bytes `[start … end)` of a text frame are not text. */
export function textInvalid(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): FramingError {
  return new FramingError(
    'HAWSER_TEXT_INVALID',
    `the frame of ${end - start} bytes at byte ${offset} is not valid UTF-8: ` +
      `${showBytes(bytes, start, end)}; check the peer's encoding, or take such text with ` +
      `invalid: 'replace'`,
    decoding,
  )
}

/** A message that is to be sent is larger than the limit. */
export function messageTooLarge(size: number, limit: number): FramingError {
  return new FramingError(
    'HAWSER_FRAME_TOO_LARGE',
    `the message takes ${size} bytes, and this framing carries ${limit}`,
    {
      ...encoding,
      option: 'maxFrame',
      remedy: (maxFrame) => `send it in parts, or raise ${maxFrame} at both ends`,
    },
  )
}

/** A message that is to be sent cannot be carried; `what` says why and what to do. */
export function messageInvalid(what: string, cause?: unknown): FramingError {
  return new FramingError('HAWSER_MESSAGE_INVALID', what, { ...encoding, cause })
}

/** The beginning of `bytes[start … end)` in printable ASCII, quoted. */
export function showBytes(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  const last = Math.min(end, start + longestExcerpt)
  for (let at = start; at < last; at++) text += showByte(bytes[at]!)
  return `"${text}"${last < end ? '…' : ''}`
}

/** `text` in printable ASCII and cut to a length: a peer's words must not drive a terminal. */
export function showText(text: string, longest = 120): string {
  const escaped = text
    .slice(0, longest)
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return text.length > longest ? `${escaped}…` : escaped
}

function showByte(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte)
  return `\\x${byte.toString(16).padStart(2, '0')}`
}
