import type { HawserError } from '../../errors.js'
import type { OpeningCode, RefusalReason } from '../../policy/connection-limit.js'
import { type HeaderRules, readProxyHeader } from '../../socket/listen/proxy-phase.js'
import { SocketTransport } from '../../socket/socket-transport.js'
import type { Transport, TransportAddress } from '../../transport.js'
import type { AcceptParts } from './accept-parts.js'
import { prepareTls } from './prepare-tls.js'

/** How a connection has begun: why it comes to nothing, if so. */
export interface Opened {
  /** What the rules say to the client that a proxy named. */
  readonly reason?: RefusalReason | undefined
  readonly error?: HawserError<OpeningCode> | undefined
}

/**
 * Does what has to be done between accept and the first message: the proxy's header is read, TLS
 * begun. Such connections count, and only their peers know of them so far.
 */
export class Opener<In, Out> {
  readonly #parts: AcceptParts<In, Out>
  #ended: (() => void) | undefined

  constructor(parts: AcceptParts<In, Out>) {
    this.#parts = parts
  }

  /** @returns how it went; with an error, the transport is closed */
  async open(
    transport: Transport,
    header: HeaderRules | undefined,
    secure: boolean,
  ): Promise<Opened> {
    const { opening } = this.#parts.register
    opening.add(transport)
    try {
      const reason = header && (await this.#readHeader(transport, header))
      if (reason === undefined && secure) await this.#secure(transport)
      return { reason }
    } catch (cause) {
      const error = cause as HawserError<OpeningCode>
      // Under TLS 1.3 the peer was done first, and would take our FIN for an orderly end.
      if (error.code === 'HAWSER_TLS_CERTIFICATE_INVALID') transport.reset()
      else transport.close()
      return { error }
    } finally {
      opening.delete(transport)
      if (opening.size === 0) this.#ended?.()
    }
  }

  /** Close them all: nothing was said on any of them. Fulfils when they are gone. */
  end(): Promise<void> {
    const { opening } = this.#parts.register
    for (const transport of opening) transport.close()
    return opening.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#ended = resolve
        })
  }

  async #readHeader(transport: Transport, header: HeaderRules): Promise<RefusalReason | undefined> {
    const { register, setup } = this.#parts
    // `proxyProtocol` is refused where a network is no socket's.
    if (!(transport instanceof SocketTransport)) return undefined
    await readProxyHeader(transport, header, setup.settings.clock)
    return register.admission.refuses(clientOf(transport))
  }

  async #secure(transport: Transport): Promise<void> {
    const { register, server, setup, tls } = this.#parts
    register.admission.opened(transport)
    try {
      await prepareTls(server, transport, tls.current, setup.settings.clock)()
    } finally {
      register.admission.closed(transport)
    }
  }
}

/**
 * Whom the rules for clients' addresses are asked about: none, where a proxy connects for itself.
 * Its health checks would be refused otherwise wherever proxies are not clients.
 */
export function clientOf({ proxied, addresses }: Transport): TransportAddress | undefined {
  return proxied?.header.command === 'local' ? undefined : addresses.remote
}

/**
 * Whether the peer went away without a word, as one does that only checks whether something listens:
 * that is no refusal.
 */
export function isProbe(error: HawserError | undefined, transport: Transport): boolean {
  const isCutOff =
    error?.code === 'HAWSER_TLS_HANDSHAKE_FAILED' || error?.code === 'HAWSER_PROXY_HEADER_INVALID'
  return isCutOff && transport.hasReceived !== true
}
