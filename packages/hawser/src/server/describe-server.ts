import type { BackplaneInfo, ServerInfo } from '../observe/server-info.js'
import type { Acceptor } from './accept/acceptor.js'
import type { Endpoints } from './endpoints.js'
import type { Failures } from './failures.js'
import type { Uplink } from './backplane/uplink.js'
import type { ServerSettings } from './server-settings.js'

/** The parts of a server that know its state. */
interface Parts<In, Out> {
  readonly setup: ServerSettings<In, Out>
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
    ...(groups.uplink === undefined ? {} : { backplane: describeBackplane(groups.uplink) }),
    memory: { used: budget.used, limit: budget.limit },
  }
}

function describeBackplane<Out>(uplink: Uplink<Out>): BackplaneInfo {
  const { nodeId, published, received, lost, queued } = uplink
  return { nodeId, published, received, lost, queued }
}
