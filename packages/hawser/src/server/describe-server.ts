import type { ServerInfo } from '../observe/server-info.js'
import type { Acceptor } from './accept/acceptor.js'
import type { Endpoints } from './endpoints.js'
import type { Failures } from './failures.js'
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
  const { register } = acceptor
  const { maxConnections, suspended } = register
  const { groups } = acceptor.keeper
  const { budget } = parts.setup.settings
  return {
    ...register.traffic,
    listening: addresses.length > 0 && !suspended,
    suspended,
    draining: register.draining,
    addresses,
    connections: register.engines.size,
    opening: register.opening.size,
    paused: register.holding?.isPaused ?? false,
    held: register.holding?.size ?? 0,
    accepted: register.accepted,
    vanished: register.vanished,
    maxConnections,
    effectiveMaxConnections: Math.min(maxConnections, register.descriptorLimit),
    refused: { ...acceptor.refusals },
    handlerErrors: parts.failures.handlerErrors,
    topics: groups.size,
    skipped: groups.skipped,
    ...(groups.uplink === undefined ? {} : { backplane: groups.uplink.info }),
    memory: { used: budget.used, limit: budget.limit },
  }
}
