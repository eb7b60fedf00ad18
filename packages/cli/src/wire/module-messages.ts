import { isUtf8 } from 'node:buffer'
import { FramingError } from 'hawser'
import type { ModuleChoice } from '../arguments/framing/choice.js'
import { codeOf } from '../failure.js'
import type { Conversion } from './adapter.js'
import { parseJson, readText } from './text.js'

/** How the messages of a framing of the user's own become bytes and come from bytes. */
export function conversionFor(
  messages: ModuleChoice['options']['messages'],
): Conversion<unknown, unknown> {
  return { toBytes: showValue, fromBytes: readers[messages ?? 'either'], explain }
}

/** Nearly every framing of bytes takes text as well, and one of lines takes nothing else. */
const readers = {
  either: (bytes: Uint8Array) => (isUtf8(bytes) ? readText(bytes) : bytes),
  bytes: (bytes: Uint8Array) => bytes,
  text: readText,
  json: parseJson,
}

/** What an encoder does not understand is most often a message of another kind than it takes. */
function explain(error: unknown): unknown {
  if (codeOf(error)?.startsWith('HAWSER_') === true) return error
  return new FramingError(
    'HAWSER_MESSAGE_INVALID',
    `the encoder of the module throws: ${describe(error)}: if it takes another kind of message, add ,messages=bytes, text or json`,
    { op: 'encode', cause: error },
  )
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Bytes and text as they are; anything else as JSON. */
function showValue(message: unknown): Uint8Array {
  if (message instanceof Uint8Array) return message
  return Buffer.from(typeof message === 'string' ? message : stringify(message))
}

function stringify(message: unknown): string {
  try {
    return JSON.stringify(message, showField) ?? String(message)
  } catch (error) {
    // A cycle, or a field that throws.
    return `[${describe(error)}]`
  }
}

/** What JSON lacks: bytes are shown in hexadecimal, a number of any size in digits. */
function showField(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const field = this[key]
  if (field instanceof Uint8Array) return Buffer.from(field).toString('hex')
  return typeof value === 'bigint' ? String(value) : value
}
