import { constants } from 'node:crypto'
import type net from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { ignore } from '../../promises.js'
import { invalid } from '../../options/invalid.js'
import type { TlsIdentity, TlsServerOptions, TlsTerms } from '../../tls.js'
import { beginTls, type HandshakeLimits, handshaken, type SecureSocket } from './handshake.js'
import { createContext, filesOf } from './material.js'
import { nodeOptions } from './node-options.js'
import { sessionOf, type Verdict } from './negotiated.js'
import { certificateError } from './tls-errors.js'

/** Milliseconds a handshake may take by default. */
export const defaultHandshakeTimeout = 5_000

/** The files that a server's options name, each once. */
export function serverFiles(options: TlsServerOptions): string[] {
  const identities: readonly TlsIdentity[] = [options, ...Object.values(options.sni ?? {})]
  return [...new Set(identities.flatMap(filesOf))]
}

/** A server's side of TLS, ready for use; made new when certificates change. */
export class ServerTls {
  readonly options: TlsServerOptions
  /** Milliseconds; `Infinity` is off. */
  readonly handshakeTimeout: number
  readonly #fallback: SecureContext
  readonly #node: Readonly<Record<string, unknown>>
  readonly #names: ReadonlyMap<string, SecureContext>

  /** @throws OptionError when a file cannot be read, or the parts do not fit together. */
  constructor(options: TlsServerOptions) {
    const { sni = {}, clientCertificate = 'none', ca } = options
    assertOptions(options)
    this.options = options
    this.handshakeTimeout = options.handshakeTimeout ?? defaultHandshakeTimeout
    this.#node = nodeOptions(options.node)
    const settings = {
      node: this.#node,
      minVersion: options.minVersion ?? 'TLSv1.2',
      // Without one, OpenSSL refuses to take up a session again when clients show certificates.
      sessionIdContext: 'hawser',
      ...(trustsByName(options)
        ? { secureOptions: secureOptionsOf(this.#node) | constants.SSL_OP_NO_TICKET }
        : {}),
    } as const
    const entries = Object.entries(sni).map(([name, identity]): [string, SecureContext] => {
      const where = `tls.sni['${name}']`
      assertComplete(where, identity)
      return [name.toLowerCase(), createContext(where, { ca, ...identity }, settings)]
    })
    if (entries.length === 0) assertComplete('tls', options)
    if (clientCertificate !== 'none' && ca === undefined) {
      throw invalid(
        'tls.clientCertificate',
        `is '${clientCertificate}' and tls.ca is missing: say which authority vouches for clients`,
      )
    }
    this.#fallback = createContext('tls', options, settings)
    this.#names = new Map(entries)
  }

  get terms(): TlsTerms {
    const { alpn } = this.options
    return { side: 'server', servername: undefined, alpn }
  }

  /**
   * Begin TLS on an accepted socket.
   *
   * @throws TlsError, TimeoutError
   */
  readonly wrap = async (raw: net.Socket, limits: HandshakeLimits): Promise<SecureSocket> => {
    const { alpn, clientCertificate = 'none' } = this.options
    const socket = beginTls(
      raw,
      limits.details,
      () =>
        new TLSSocket(raw, {
          ...this.#node,
          isServer: true,
          secureContext: this.#fallback,
          requestCert: clientCertificate !== 'none',
          rejectUnauthorized: clientCertificate === 'require',
          ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
          ...(this.#names.size === 0 ? {} : { SNICallback: this.#select }),
        }),
    )
    await handshaken(socket, 'secure', limits)
    // A client that asks for handshake after handshake costs far more than it pays (CVE-2011-1473).
    socket.disableRenegotiation()
    const verdict: Verdict =
      clientCertificate === 'none' ? { authorized: false, error: undefined } : verify(socket)
    if (clientCertificate === 'require' && !verdict.authorized) {
      socket.on('error', ignore)
      throw certificateError(verdict.error ?? '', limits.details)
    }
    return { socket, session: sessionOf(socket, verdict) }
  }

  readonly #select = (
    name: string,
    answer: (error: Error | null, context?: SecureContext) => void,
  ): void => {
    const asked = name.toLowerCase()
    const context =
      this.#names.get(asked) ?? this.#names.get(asked.replace(/^[^.]+/, '*')) ?? this.#default
    if (context !== undefined) answer(null, context)
    // In no text: the peer chose it, line breaks and all.
    else answer(Object.assign(new Error('unrecognized name'), { servername: name }))
  }

  get #default(): SecureContext | undefined {
    return this.options.cert === undefined ? undefined : this.#fallback
  }
}

/**
 * Whether the client's certificate is vouched for. OpenSSL knows, and Node.js tells it only to its own
 * `tls.Server`; where it cannot be asked, no client is taken to be authorized.
 */
function verify(socket: TLSSocket): Verdict {
  if (socket.getPeerX509Certificate() === undefined) {
    return { authorized: false, error: 'CERTIFICATE_MISSING' }
  }
  const { _handle: handle } = socket as unknown as {
    _handle?: { verifyError?: () => NodeJS.ErrnoException | null } | null
  }
  if (typeof handle?.verifyError !== 'function') return { authorized: false, error: 'UNVERIFIED' }
  const error = handle.verifyError()
  return error === null || error === undefined
    ? { authorized: true, error: undefined }
    : { authorized: false, error: error.code ?? 'UNVERIFIED' }
}

/**
 * Whether it depends on the name who vouches for clients. OpenSSL takes up a session before the name is
 * looked at, so that a client of one name would get in under all of them (CVE-2025-23419): there are no
 * sessions to be taken up then.
 */
function trustsByName({ sni = {}, clientCertificate = 'none' }: TlsServerOptions): boolean {
  return clientCertificate !== 'none' && Object.values(sni).some(({ ca }) => ca !== undefined)
}

function secureOptionsOf({ secureOptions }: Readonly<Record<string, unknown>>): number {
  return typeof secureOptions === 'number' ? secureOptions : 0
}

function assertOptions({
  clientCertificate,
  minVersion,
  handshakeTimeout,
}: TlsServerOptions): void {
  if (![undefined, 'none', 'request', 'require'].includes(clientCertificate)) {
    throw invalid(
      'tls.clientCertificate',
      `is ${JSON.stringify(clientCertificate)}: it takes 'none', 'request' or 'require'`,
    )
  }
  assertVersion(minVersion)
  if (handshakeTimeout === undefined || handshakeTimeout >= 1) return
  throw invalid(
    'tls.handshakeTimeout',
    `is ${String(handshakeTimeout)}: it takes milliseconds, 1 or more (Infinity is off)`,
  )
}

/** @throws OptionError unless it is a version that can still be offered. */
export function assertVersion(version: string | undefined): void {
  if (version === undefined || version === 'TLSv1.2' || version === 'TLSv1.3') return
  throw invalid('tls.minVersion', `is ${JSON.stringify(version)}: it takes 'TLSv1.2' or 'TLSv1.3'`)
}

function assertComplete(where: string, { key, cert }: TlsIdentity): void {
  if (key !== undefined && cert !== undefined) return
  throw invalid(where, `needs a key and a cert: a server has to show who it is`)
}
