import { connect, type Connection, raw, type ServerConnection } from 'hawser'
import type { ProxyOptions } from './options.js'

/** What of the options has to do with the target. */
export type TargetOptions = Pick<
  ProxyOptions,
  'connectTimeout' | 'writeTimeout' | 'idle' | 'sendProxy' | 'tlsOut'
>

/**
 * Connect to the target for a client.
 *
 * @returns rejects with what the library says when it cannot be reached, or `signal` fires
 */
export function connectTarget(
  endpoint: string,
  client: Connection,
  options: TargetOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const { connectTimeout, writeTimeout, idle, sendProxy, tlsOut } = options
  return connect(endpoint, {
    framing: raw(),
    connectTimeout,
    tls: tlsOut,
    signal,
    proxyProtocol: sendProxy && { version: sendProxy, ...endsOf(client) },
    // Each direction ends by itself, and takes as long as its reader does.
    allowHalfOpen: true,
    consumerTimeout: Infinity,
    writeTimeout,
    idleTimeout: idle,
    minimumRate: Infinity,
  })
}

/** For whom the target is connected to, where the client has an address. */
function endsOf(client: Pick<ServerConnection, 'remote' | 'local'>): object {
  const { remote, local } = client
  if (remote?.port === undefined || local?.port === undefined) return { local: true }
  return {
    source: { address: remote.address, port: remote.port },
    destination: { address: local.address, port: local.port },
  }
}
