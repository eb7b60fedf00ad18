import type { Traffic } from '../observe/counters.js'
import type { RefusalCounts } from '../policy/connection-limit.js'
import type { AddressInfo } from '../socket/listener.js'

/** A server's state and counts at one moment. */
export interface ServerInfo extends Readonly<Traffic> {
  /** Whether it accepts connections. */
  readonly listening: boolean
  /** Whether it was suspended and not resumed. */
  readonly suspended: boolean
  /** Whether it is closing. */
  readonly draining: boolean
  /** Where it listens. */
  readonly addresses: readonly (AddressInfo | string)[]
  /** Connections open now. */
  readonly connections: number
  /** Connections accepted since the beginning. */
  readonly accepted: number
  /** Connections that their peer had reset before they could be accepted or refused. */
  readonly vanished: number
  /** The limit that was set. */
  readonly maxConnections: number
  /** The limit that holds: no more than file descriptors allow. */
  readonly effectiveMaxConnections: number
  /** Refusals by reason. */
  readonly refused: Readonly<RefusalCounts>
  /** Exceptions out of handlers. */
  readonly handlerErrors: number
  /** Bytes of the server-wide pool in use, and its size. */
  readonly pool: {
    /** Bytes in use. */
    readonly used: number
    /** Bytes there are. */
    readonly limit: number
  }
}
