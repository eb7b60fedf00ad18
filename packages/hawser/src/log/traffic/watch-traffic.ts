import { observe } from '../../observe/observe.js'
import type { ClosePayload, ConnectionPayload, ObservedConnection } from '../../observe/payloads.js'
import type { TlsSession } from '../../tls.js'
import type { JsonValue, LogEvent } from '../format/events.js'
import { rowFlags } from '../format/kinds.js'
import type { LoggedConnection, OpenDetails, SessionLog } from '../writer/session-log.js'

/** Connections as they are in the log. */
type Logged = Map<ObservedConnection, LoggedConnection>

/** Traffic that is being watched. */
export interface TrafficWatch {
  /** The number of an open connection in the log. */
  readonly numberOf: (connection: object) => number | undefined
  /** Something happened on an open connection. */
  readonly event: (connection: object, event: LogEvent) => void
  /** What leaves it next was sent by a person. */
  readonly sendingByHand: (connection: object) => void
  readonly end: () => void
}

/** Log what is published of the connections of `targets`; `details` are said of each that opens. */
export function watchTraffic(
  targets: ReadonlySet<object>,
  log: SessionLog,
  details: OpenDetails = {},
): TrafficWatch {
  const logged: Logged = new Map()
  const { isMasked } = log.info()
  const byHand = new Set<object>()
  const isWanted = ({ server, client, connection }: ConnectionPayload): boolean =>
    (server !== undefined && targets.has(server)) ||
    (client !== undefined && targets.has(client)) ||
    targets.has(connection)
  const known = (event: ConnectionPayload): LoggedConnection | undefined =>
    logged.get(event.connection) ?? (isWanted(event) ? begin(event, true) : undefined)

  function begin(event: ConnectionPayload, isLate: boolean): LoggedConnection {
    const { connection } = event
    const begun = log.open(connection, {
      ...details,
      side: event.server === undefined ? 'client' : 'server',
      ...(isLate ? { late: true } : {}),
      ...describeTls(connection),
    })
    logged.set(connection, begun)
    return begun
  }

  const ends = [
    observe('hawser:connection:open', (event) => {
      if (isWanted(event)) begin(event, false)
    }),
    observe('hawser:connection:bytes-in', (event) => {
      known(event)?.in(event.bytes, flagsOf(event.connection))
    }),
    observe('hawser:connection:bytes-out', (event) => {
      const isByHand = byHand.size > 0 && byHand.delete(event.connection)
      const hand = isByHand ? rowFlags.byHand : 0
      known(event)?.out(event.bytes, flagsOf(event.connection) | hand)
    }),
    observe('hawser:connection:close', (event) => {
      known(event)?.close(describeEnd(event, isMasked))
      logged.delete(event.connection)
      byHand.delete(event.connection)
    }),
  ]
  return {
    numberOf: (connection) => logged.get(connection as ObservedConnection)?.id,
    event: (connection, event) => logged.get(connection as ObservedConnection)?.event(event),
    sendingByHand: (connection) => {
      if (logged.has(connection as ObservedConnection)) byHand.add(connection)
    },
    end: () => {
      for (const end of ends) end()
      logged.clear()
    },
  }
}

/** A `Connection` that is observed has it. */
function tlsOf(connection: ObservedConnection): TlsSession | undefined {
  return (connection as ObservedConnection & { readonly tls?: TlsSession | undefined }).tls
}

function flagsOf(connection: ObservedConnection): number {
  return tlsOf(connection) === undefined ? 0 : rowFlags.tls
}

function describeTls(connection: ObservedConnection): OpenDetails {
  const session = tlsOf(connection)
  if (session === undefined) return {}
  const { protocol, cipher, alpn, servername } = session
  return { tls: { protocol, cipher, alpn, servername } }
}

/** @param isMasked whether the error is not to be quoted: an error of a framing may quote the peer */
function describeEnd({ info }: ClosePayload, isMasked: boolean): OpenDetails {
  const { by, reason, phase, bytesRead, bytesWritten, unsent, undelivered, error } = info
  const message = isMasked ? {} : { message: error?.message }
  const why: JsonValue = error && { code: error.code, ...message }
  return { by, reason, phase, bytesRead, bytesWritten, unsent, undelivered, error: why }
}
