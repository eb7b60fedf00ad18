import { Buffer } from 'node:buffer'
import { textOf } from '../../errors.js'

/** A value of JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/**
 * What happened, beside the bytes: an object for JSON, of at most 64 KiB.
 *
 * The library writes `open` and `close`, the rest is for programs that log: `tls`, `end`, `fault`, `note`,
 * `bookmark`. Readers show events that they do not know.
 */
export interface LogEvent {
  /** What kind of event it is. */
  readonly event: string
  /** Anything else about it. */
  readonly [name: string]: JsonValue
}

/** Bytes of an event; a larger one says only how large it was. */
export const largestEvent: number = 64 * 1024

/** Never throws: what cannot be written as JSON says so in its place. */
export function encodeEvent(event: LogEvent): Buffer {
  try {
    const bytes = Buffer.from(JSON.stringify(event))
    if (bytes.length <= largestEvent) return bytes
    return replace(`an event of ${bytes.length} bytes was left out: it may have ${largestEvent}`)
  } catch (cause) {
    return replace(`an event was left out, which is no JSON: ${textOf(cause).slice(0, 200)}`)
  }
}

/** Never throws: bytes that are no event are one of the kind `unreadable`. */
export function decodeEvent(bytes: Buffer): LogEvent {
  try {
    const value: unknown = bytes.length > largestEvent ? undefined : JSON.parse(bytes.toString())
    if (isEvent(value)) return value
  } catch {
    // Said below.
  }
  return { event: 'unreadable', bytes: bytes.length }
}

function isEvent(value: unknown): value is LogEvent {
  return typeof (value as LogEvent | null | undefined)?.event === 'string' && !Array.isArray(value)
}

function replace(text: string): Buffer {
  return Buffer.from(JSON.stringify({ event: 'note', text }))
}
