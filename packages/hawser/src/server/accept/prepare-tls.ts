import type { Clock } from '../../policy/clock.js'
import { unavailable } from '../../connection/start-tls.js'
import { canSecure, secureTransport } from '../../socket/secure-transport.js'
import type { ServerTls } from '../../socket/tls/server-tls.js'
import type { Transport } from '../../transport.js'
import { publishHandshake } from '../server-publications.js'

/**
 * Get ready for TLS.
 *
 * @returns begins it; rejects with TlsError or TimeoutError
 * @throws StateError when there is no certificate to show
 */
export function prepareTls(
  server: object,
  transport: Transport,
  current: ServerTls | undefined,
  clock: Clock,
): () => Promise<void> {
  const { addresses } = transport
  if (!canSecure(transport)) {
    throw unavailable('its transport is no socket', addresses)
  }
  if (current === undefined) {
    throw unavailable('pass the option tls to the server, or to startTls', addresses)
  }
  return async () => {
    const began = clock.now()
    await secureTransport(transport, current, { timeout: current.handshakeTimeout, clock })
    publishHandshake({
      server,
      milliseconds: clock.now() - began,
      protocol: transport.tls?.protocol ?? '',
      resumed: transport.tls?.resumed === true,
      remoteAddress: transport.addresses.remote?.address,
    })
  }
}
