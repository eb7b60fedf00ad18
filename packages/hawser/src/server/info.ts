import type { Traffic } from '../observe/counters.js'
import type { RefusalCounts } from '../policy/connection-limit.js'
import type { AddressInfo } from '../socket/listener.js'
import type { Acceptor } from './acceptor.js'
import type { Endpoints } from './endpoints.js'
import type { Failures } from './failures.js'
import type { Relay } from './relay.js'
import type { ResolvedServer } from './resolve.js'

/** What passed between a server and the other nodes of its backplane. */
export interface BackplaneInfo {
  /** This node's name. */
  readonly nodeId: string
  /** Messages published. */
  readonly published: number
  /** Messages of other nodes. */
  readonly received: number
  /** Messages that could not be published. */
  readonly lost: number
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
  /** Whether nobody is let in until a tenth of the limit is free (`atLimit: 'pause'`). */
  readonly paused: boolean
  /** Connections that wait for room (`atLimit: 'pause'`). */
  readonly held: number
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
    /** Bytes there are. */
    readonly limit: number
  }
}

/** The parts of a server that know its state. */
interface Parts<In, Out> {
  readonly setup: ResolvedServer<In, Out>
  readonly acceptor: Acceptor<In, Out>
  readonly endpoints: Endpoints
  readonly failures: Failures<In, Out>
}

/** A server's state and counts at this moment. */
export function describeServer<In, Out>(parts: Parts<In, Out>): ServerInfo {
  const { acceptor, endpoints } = parts
  const { addresses } = endpoints
  const { groups, maxConnections, suspended } = acceptor
  const { budget } = parts.setup.settings
  return {
    ...acceptor.traffic,
    listening: addresses.length > 0 && !suspended,
    suspended,
    draining: acceptor.draining,
    addresses,
    connections: acceptor.engines.size,
    opening: acceptor.openings.size,
    paused: acceptor.holding?.isPaused ?? false,
    held: acceptor.holding?.size ?? 0,
    accepted: acceptor.accepted,
    vanished: acceptor.vanishedCount,
    maxConnections,
    effectiveMaxConnections: Math.min(maxConnections, acceptor.descriptorLimit),
    refused: { ...acceptor.refusals },
    handlerErrors: parts.failures.handlerErrors,
    topics: groups.size,
    skipped: groups.skipped,
    ...(groups.relay === undefined ? {} : { backplane: describeBackplane(groups.relay) }),
    memory: { used: budget.used, limit: budget.limit },
  }
}

function describeBackplane<Out>(relay: Relay<Out>): BackplaneInfo {
  const { nodeId, published, received, lost, queued } = relay
  return { nodeId, published, received, lost, queued }
}
