import { badBody } from './api-error.js'

/** The fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/**
 * A body as JSON.
 *
 * @throws ApiError
 */
export function parseBody(body: string): unknown {
  if (body === '') throw badBody('it is empty, and takes JSON')
  try {
    return JSON.parse(body)
  } catch (error) {
    throw badBody((error as Error).message)
  }
}

/** @throws ApiError when it is no object */
export function asFields(value: unknown, name = 'it'): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw badBody(`${name} is no object`)
}

/**
 * A text; `fallback` where it is left out.
 *
 * @throws ApiError
 */
export function textField(fields: Fields, name: string, fallback: string): string {
  const value = fields[name] ?? fallback
  if (typeof value === 'string' && value.length <= longestText) return value
  throw badBody(`${name} is no text of at most ${longestText} characters`)
}

/** @throws ApiError */
export function flagField(fields: Fields, name: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback
  if (typeof value === 'boolean') return value
  throw badBody(`${name} is neither true nor false`)
}

/** @throws ApiError */
export function shareField(fields: Fields, name: string, fallback: number): number {
  const value = fields[name] ?? fallback
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw badBody(`${name} is no number from 0 to 1`)
}

/** @throws ApiError */
export function countField(fields: Fields, name: string, fallback: number): number {
  const value = fields[name] ?? fallback
  // What was set on the command line, such as 65.536 KB/s, may be sent back as it is.
  const isKept = value === fallback
  if (typeof value === 'number' && value >= 0 && (isKept || Number.isSafeInteger(value))) {
    return value
  }
  throw badBody(`${name} is no whole number of 0 or more`)
}

const longestText = 1024
