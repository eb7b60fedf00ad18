import type { ServerInfo } from '../observe/server-info.js'

/** The part of a `Server` that metrics need. */
export interface MeteredServer {
  /** Its state and counts. */
  info(): ServerInfo
  /** Its open connections. */
  readonly connections: Iterable<{
    /** Bytes accepted and not yet handed to the operating system. */
    readonly unsent: number
  }>
}

/** One server, or several by name. */
export type MeteredServers = MeteredServer | ReadonlyMap<string, MeteredServer>

/** Each server with its name; one that stands alone has none. */
export function listServers(servers: MeteredServers): [string | undefined, MeteredServer][] {
  return isNamed(servers) ? [...servers] : [[undefined, servers]]
}

function isNamed(servers: MeteredServers): servers is ReadonlyMap<string, MeteredServer> {
  return servers instanceof Map
}
