import { OptionError } from 'hawser'
import { ApiError } from './api-error.js'

/** What is sent back. */
export interface Reply {
  readonly status: number
  /** The media type; left out with the body. */
  readonly type?: string
  readonly body?: string
}

/** Nothing to say, and it was done. */
export const nothing: Reply = { status: 204 }

/** A value as JSON. */
export function json(value: unknown, status = 200): Reply {
  return { status, type: 'application/json', body: JSON.stringify(value) }
}

/** An error as toxiproxy sends one: JSON, and said to be plain text. */
export function errorReply(error: unknown): Reply {
  // What the library does not take was asked for.
  const refused = error instanceof OptionError ? 400 : 500
  const status = error instanceof ApiError ? error.status : refused
  const message = error instanceof Error ? error.message : String(error)
  const body = `${JSON.stringify({ error: message, status })}\n`
  return { status, type: 'text/plain; charset=utf-8', body }
}
