import type { RefusalCounts } from '../policy/connection-limit.js'
import type { Traffic } from './counters.js'
import type { AddressInfo } from './payloads.js'

/** What passed between a server and the other nodes of its backplane. */
export interface BackplaneInfo {
  /** This node's name. */
  readonly nodeId: string
  /** Messages published. */
  readonly published: number
  /** Messages received from other nodes. */
  readonly received: number
  /** Messages that could not be published. */
  readonly lost: number
  /** Messages of other nodes that did not arrive, where the backplane numbers them. */
  readonly missed: number
  /** Messages that were dropped, since no node published them, or what they say cannot be read. */
  readonly strangers: number
  /** Whether the link to the other nodes is there. */
  readonly connected: boolean
  /** Other nodes that are there now; undefined where the backplane does not know. */
  readonly nodes: number | undefined
  /** Bytes that wait to be published. */
  readonly queued: number
}

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
  /**
   * Connections whose PROXY protocol header or TLS handshake is under way. They count for all limits,
   * and are not among `connections`.
   */
  readonly opening: number
  /** Whether new connections wait until a tenth of the limit is free (`atLimit: 'pause'`). */
  readonly paused: boolean
  /** Connections that wait for room (`atLimit: 'pause'`). */
  readonly held: number
  /** Connections accepted since the beginning. */
  readonly accepted: number
  /** Connections that their peer had reset before they could be accepted or refused. */
  readonly vanished: number
  /** The limit that was set. */
  readonly maxConnections: number
  /** The limit that holds now: no more than the file descriptors that other servers leave allow. */
  readonly effectiveMaxConnections: number
  /** Refusals by reason. */
  readonly refused: Readonly<RefusalCounts>
  /** Exceptions out of handlers. */
  readonly handlerErrors: number
  /** Topics that have members on this server. */
  readonly topics: number
  /** Messages that members did not get because they read too slowly (`overflow: 'skip'`). */
  readonly skipped: number
  /** Of the backplane, where there is one. */
  readonly backplane?: BackplaneInfo
  /** Bytes of the shared `memory` in use, and the limit. */
  readonly memory: {
    /** Bytes in use. */
    readonly used: number
    /** The most bytes that may be in use. */
    readonly limit: number
  }
}
