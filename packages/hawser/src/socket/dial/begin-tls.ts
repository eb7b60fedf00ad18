import type { Clock } from '../../policy/clock.js'
import type { TlsClientOptions, TlsSessions } from '../../tls.js'
import type { Transport } from '../../transport.js'
import type { Reached } from '../connect-errors.js'
import type { DialEndpoint } from '../dial-endpoint.js'
import { isSecure, type ParsedEndpoint } from '../endpoint.js'
import { secureTransport } from '../secure-transport.js'
import { ClientTls } from '../tls/client-tls.js'
import { defaultHandshakeTimeout } from '../tls/server-tls.js'
import type { Deadline } from '../deadline.js'

/** What of a plan concerns TLS. */
export interface TlsPlan {
  /** Undefined is none, unless the endpoint is `tls://`. */
  readonly tls: TlsClientOptions | undefined
  /** Where TLS sessions are remembered, unless `tls` says. */
  readonly sessions?: TlsSessions | undefined
}

/** How far it has come, for the error if it comes no further. */
export interface Reaching {
  reached?: Reached
}

/** Begin TLS with the endpoint, if that is what it speaks. */
export async function secure(
  transport: Transport,
  tls: ClientTls | undefined,
  { clock }: { readonly clock: Clock },
  deadline: Deadline,
  progress: Reaching,
): Promise<void> {
  if (tls === undefined) return
  progress.reached = {
    what: 'it replied, and TLS was not established',
    check: 'check that it speaks TLS',
  }
  const securing = secureTransport(transport, tls, { timeout: Infinity, clock })
  await deadline.step(securing, () => transport.close())
}

/**
 * Get ready for TLS on a connection that was established in plain text.
 *
 * @returns begins it; rejects with TlsError or TimeoutError
 * @throws OptionError when the options cannot be used
 */
export function prepareTls(
  transport: Transport,
  endpoint: ParsedEndpoint,
  options: TlsClientOptions,
  clock: Clock,
): () => Promise<void> {
  const tls = new ClientTls(options, hostOf(endpoint))
  return () => secureTransport(transport, tls, { timeout: defaultHandshakeTimeout, clock })
}

/** What begins TLS with an endpoint, if that is what it speaks. */
export function clientTls(
  endpoint: DialEndpoint,
  { tls, sessions }: TlsPlan,
): ClientTls | undefined {
  const isAsked = endpoint.kind === 'tcp' && endpoint.secure === true
  if (!isSecure(endpoint, isAsked || tls !== undefined)) return undefined
  return new ClientTls({ ...tls, sessions: tls?.sessions ?? sessions }, hostOf(endpoint))
}

/** The name that a server has to prove when no other is named. */
function hostOf(endpoint: ParsedEndpoint): string {
  return endpoint.kind === 'tcp' ? (endpoint.host ?? 'localhost') : 'localhost'
}
