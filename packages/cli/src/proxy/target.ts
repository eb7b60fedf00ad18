import { connect, type Connection, type raw, type ServerConnection } from 'hawser'
import type { ProxyOptions } from './options.js'

/** What of the options has to do with the target. */
export type TargetOptions = Pick<
  ProxyOptions,
  'connectTimeout' | 'writeTimeout' | 'idle' | 'sendProxy' | 'tlsOut' | 'starttls'
>

/** How bytes of a connection are read. */
export interface Reading {
  readonly framing: ReturnType<typeof raw>
  /** Bytes. */
  readonly inbox?: number
}

/**
 * Connect to the target for a client.
 *
 * @returns rejects with what the library says when it cannot be reached, or the signal fires
 */
export function connectTarget(
  endpoint: string,
  client: Connection,
  options: TargetOptions,
  how: Reading & { readonly signal: AbortSignal },
): Promise<Connection> {
  const { connectTimeout, writeTimeout, idle, sendProxy, tlsOut, starttls } = options
  return connect(endpoint, {
    connectTimeout,
    tls: starttls ? undefined : tlsOut,
    ...how,
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
