import { decodeText } from './decode.js'
import type { Renderer, ServerEvent } from './events.js'
import { isSafe } from './escape.js'

/** The options of JSON output. */
export interface JsonOptions {
  /** Add each message's bytes in hexadecimal. Default: only for those that are not UTF-8. */
  readonly hex?: boolean
  /** The worker whose events these are, if there are several. */
  readonly worker?: number | undefined
}

/** One JSON object a line. */
export function createJsonRenderer(options: JsonOptions = {}): Renderer {
  return (event, time) =>
    `${stringifySafely({ time: time.toISOString(), worker: options.worker, ...describe(event, options) })}\n`
}

/** A message's size, text and, where the text cannot say it all, its bytes. */
export function describeMessage(
  bytes: Uint8Array,
  options: JsonOptions = {},
): { size: number; text: string; hex?: string } {
  const text = decodeText(bytes)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    size: bytes.length,
    text: text ?? buffer.toString('utf8'),
    ...(options.hex === true || text === undefined ? { hex: buffer.toString('hex') } : {}),
  }
}

/** JSON that is safe to print: what acts on a terminal is escaped, and only strings can hold it. */
export function stringifySafely(value: unknown): string {
  const json = JSON.stringify(value)
  if (isSafe(json)) return json
  return json.replace(/[^ -~]/g, (unit) => {
    if (isSafe(unit)) return unit
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function describe(event: ServerEvent, options: JsonOptions): object {
  // It is the time in front.
  const shown = 'seenAt' in event ? { ...event, seenAt: undefined } : event
  if (shown.event !== 'message') return shown
  const { bytes, ...rest } = shown
  return { ...rest, ...describeMessage(bytes, options) }
}
