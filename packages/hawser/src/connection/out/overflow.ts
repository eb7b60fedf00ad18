import type { HawserError } from '../../errors.js'
import { outboxFull } from '../end/close-errors.js'
import type { SenderHost } from './sender-host.js'

/** More waits than may: the connection ends. @returns why */
export function overflow<Out>(host: SenderHost<Out>, unsent: number, limit: number): HawserError {
  host.exceeded('full', unsent, limit)
  const error = outboxFull(unsent, limit, host.details)
  host.overflowed(error)
  return error
}
