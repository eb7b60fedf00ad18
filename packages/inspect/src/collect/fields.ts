import { Buffer } from 'node:buffer'
import { malformed } from './block.js'

/** An object that a thread sent as JSON. */
export type Fields = Readonly<Record<string, unknown>>

/** Bytes of an event. */
const largestEvent = 64 * 1024
/** Characters of a name, an address or a path that are kept. */
const longestText = 255

/** @throws FramingError for bytes that are no event */
export function parseEvent(data: Buffer): Fields & { readonly event: string } {
  if (data.length > largestEvent) {
    throw malformed(`an event has at most ${largestEvent} bytes, not ${data.length}`)
  }
  let value: unknown
  try {
    value = JSON.parse(data.toString())
  } catch {
    throw malformed('an event is no JSON')
  }
  if (!isEvent(value)) throw malformed('an event is no object with a name')
  return value
}

function isEvent(value: unknown): value is Fields & { readonly event: string } {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && 'event' in value && typeof value.event === 'string'
}

/** A text as long as one may be; undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  if (value.length <= longestText) return value
  // A copy: a slice would keep all of it.
  return `${Buffer.from(value.slice(0, longestText)).toString()}…`
}

/** @throws FramingError for anything but a whole number from 0 on */
export function countOf(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw malformed(`${name} of an event is no count`)
}

/** A count that may be left out: 0 then. */
export function someOf(name: string, value: unknown): number {
  return value === undefined || value === null ? 0 : countOf(name, value)
}
