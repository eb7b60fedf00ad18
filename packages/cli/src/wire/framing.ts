import {
  delimited,
  fixed,
  type Framing,
  FramingError,
  jsonLines,
  lengthPrefixed,
  lines,
  netstring,
  raw,
} from 'hawser'
import type { FramingChoice } from '../arguments/framing.js'
import { adaptFraming, type Conversion, type Outgoing } from './adapter.js'

/** Options of every framing. */
export interface WireOptions {
  /** End lines that are sent with CRLF. */
  readonly crlf: boolean
  /** The largest message, in bytes. Default 1 MiB; no matter for messages of a fixed size. */
  readonly maxFrame?: number | undefined
}

const bytesToBytes: Conversion<Uint8Array, Uint8Array> = {
  toBytes: (message) => message,
  fromBytes: (bytes) => bytes,
}

/** Latin-1 is a byte a character: lines that are not UTF-8 go through unharmed. */
const lineToBytes: Conversion<string, string> = {
  toBytes: (message) => Buffer.from(message, 'latin1'),
  fromBytes: (bytes) => asBuffer(bytes).toString('latin1'),
}

const jsonToBytes: Conversion<unknown, unknown> = {
  toBytes: (message) => Buffer.from(JSON.stringify(message)),
  fromBytes: parseJson,
}

/** The library's framing for what the user chose, with bytes for messages. */
export function createFraming(
  choice: FramingChoice,
  { crlf, maxFrame }: WireOptions,
): Framing<Uint8Array, Outgoing> {
  switch (choice.kind) {
    case 'lines':
      return adaptFraming(lines({ encoding: 'latin1', sendCrlf: crlf, maxFrame }), lineToBytes)
    case 'raw':
      return adaptFraming(raw({ maxFrame }), bytesToBytes)
    case 'length':
      return adaptFraming(
        lengthPrefixed({ bytes: choice.bytes, endian: choice.endian, maxFrame }),
        bytesToBytes,
      )
    case 'delim':
      return adaptFraming(delimited(choice.delimiter, { maxFrame }), bytesToBytes)
    case 'fixed':
      return adaptFraming(fixed(choice.size), bytesToBytes)
    case 'netstring':
      return adaptFraming(netstring({ maxFrame }), bytesToBytes)
    case 'json':
      return adaptFraming(jsonLines<unknown>({ maxFrame }), jsonToBytes)
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(asBuffer(bytes).toString('utf8'))
  } catch (error) {
    throw new FramingError(
      'HAWSER_MESSAGE_INVALID',
      `the text is not JSON (${(error as Error).message}): write a JSON value, strings in quotes`,
      { op: 'encode', cause: error },
    )
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
