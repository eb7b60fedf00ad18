import { makeConnection } from '../../connection/connection.js'
import type { Settings } from '../../connection/connection-settings.js'
import { Engine } from '../../connection/engine.js'
import type { Connection } from '../../connection/face.js'
import { publishOpen } from '../../connection/publications.js'
import { unavailable } from '../../connection/start-tls.js'
import type { HawserError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { report, warn } from '../../report.js'
import { prepareTls } from '../../socket/dial/begin-tls.js'
import type { ParsedEndpoint } from '../../socket/endpoint.js'
import { canSecure } from '../../socket/secure-transport.js'
import { tlsClientNames, type TlsClientOptions } from '../../tls.js'
import type { Transport } from '../../transport.js'

/** What of a connection's options is looked at when it is there. */
export interface OpenOptions<In, Out> {
  readonly onError?: ((error: HawserError, connection: Connection<In, Out>) => void) | undefined
  /** What `startTls` begins with where it is passed nothing. */
  readonly tls?: TlsClientOptions | undefined
}

/**
 * Begin a client's connection on a transport.
 *
 * @param reached the endpoint that it is to; undefined where the stream was made elsewhere
 * @param client the client or the pool that it is for
 */
export function openConnection<In, Out>(
  transport: Transport,
  reached: ParsedEndpoint | undefined,
  settings: Settings<In, Out>,
  { onError, tls: usual = {} }: OpenOptions<In, Out>,
  client?: object,
): Connection<In, Out> {
  const engine = new Engine(transport, settings, {
    client,
    failed: (error, connection) =>
      onError === undefined ? warn(error) : report(() => onError(error, connection)),
    closed: () => undefined,
    prepareTls: (_transport, tls) => {
      if (tls !== undefined) checkOptions(tls, tlsClientNames, 'tls')
      if (!canSecure(transport)) {
        throw unavailable('its transport is no socket', transport.addresses)
      }
      const endpoint = reached ?? remoteOf(transport)
      return prepareTls(transport, endpoint, tls ?? usual, settings.clock)
    },
  })
  const connection = makeConnection(engine)
  publishOpen(engine)
  engine.start()
  return connection
}

/** Whom a certificate has to be for, where only an address is known. */
function remoteOf({ addresses: { remote } }: Transport): ParsedEndpoint {
  const { address: host, port = 0 } = remote ?? {}
  return { kind: 'tcp', host, port, ipv6Only: false, secure: undefined }
}
