import { errorCodes } from '../errors.js'
import { valueOf } from '../callbacks.js'
import { observe } from '../observe/observe.js'
import type { OverflowPayload } from '../observe/payloads.js'

/** What a server does not count itself, as it happens. */
export interface Recorder {
  /** A TLS handshake took so many seconds; `protocol` is `TLSv1.2` or `TLSv1.3`. */
  handshaken(seconds: number, protocol: string): void
  /** The peer's first bytes came so many seconds after it was accepted. */
  heard(seconds: number): void
  /** An outbox rose above a limit. */
  overflowed(kind: OverflowPayload['kind']): void
  /** A connection ended; `seconds` since it was accepted, where that was seen. */
  closed(reason: string, seconds: number | undefined): void
}

/** Those of the library are told apart, however many a program has. */
const known = new Set([
  'ended',
  'reset',
  ...Object.keys(errorCodes).map((code) =>
    code.slice('HAWSER_'.length).toLowerCase().replaceAll('_', '-'),
  ),
])
/** So many reasons of a program's own are told apart; the rest are counted as `other`. */
const mostReasons = 100

/**
 * Tell each server's recorder what its channels say. No message is touched: the channels of
 * handshake, open, first byte, overflow and close are all that is subscribed to.
 *
 * @param recorderOf undefined for a server that is not recorded
 * @param now milliseconds from any beginning
 * @returns ends the subscriptions; may be called again
 */
export function record(
  recorderOf: (server: object) => Recorder | undefined,
  now: () => number,
): () => void {
  const openedAt = new WeakMap<object, number>()
  const time = (): number => valueOf('now', now())
  const find = (server: object | undefined): Recorder | undefined =>
    server === undefined ? undefined : recorderOf(server)
  /** Seconds since it was accepted, if that was seen. */
  const age = (connection: object): number | undefined => {
    const since = openedAt.get(connection)
    return since === undefined ? undefined : (time() - since) / 1_000
  }
  const reasons = new Set<string>()
  /** Reasons of a program's own may be any words, and each is a time series. */
  const bounded = (reason: string): string => {
    if (known.has(reason)) return reason
    if (reasons.size < mostReasons) reasons.add(reason)
    return reasons.has(reason) ? reason : 'other'
  }
  const subscriptions = [
    observe('hawser:server:handshake', ({ server, milliseconds, protocol }) => {
      find(server)?.handshaken(milliseconds / 1_000, protocol)
    }),
    observe('hawser:connection:open', ({ connection, server }) => {
      if (find(server) !== undefined) openedAt.set(connection, time())
    }),
    observe('hawser:connection:first-byte', ({ connection, server }) => {
      const seconds = age(connection)
      if (seconds !== undefined) find(server)?.heard(seconds)
    }),
    observe('hawser:connection:overflow', ({ server, kind }) => find(server)?.overflowed(kind)),
    observe('hawser:connection:close', ({ connection, server, info }) => {
      find(server)?.closed(bounded(info.reason), age(connection))
    }),
  ]
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe()
  }
}
