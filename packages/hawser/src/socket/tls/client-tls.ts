import net from 'node:net'
import { connect, type SecureContext, type TLSSocket } from 'node:tls'
import { ignore } from '../../promises.js'
import type { TlsClientOptions, TlsTerms } from '../../tls.js'
import { beginTls, type HandshakeLimits, handshaken, type SecureSocket } from './handshake.js'
import { createContext } from './material.js'
import { nodeOptions } from './node-options.js'
import { Pins, pinOf } from './pins.js'
import { Resumption } from './resumption.js'
import { assertVersion } from './server-tls.js'
import { sessionOf } from './negotiated.js'
import { pinError } from './tls-errors.js'
import { storeOf } from './tls-sessions.js'

/** A client's side of TLS, ready for use. */
export class ClientTls {
  readonly #options: TlsClientOptions
  readonly #host: string
  readonly #context: SecureContext
  readonly #node: Readonly<Record<string, unknown>>
  readonly #pins: Pins | undefined
  readonly #resumption: Resumption | undefined

  /**
   * @param host the name the server has to prove, unless the options name another
   * @throws OptionError when a file cannot be read, or the parts do not fit together
   */
  constructor(options: TlsClientOptions, host: string) {
    assertVersion(options.minVersion)
    this.#options = options
    this.#host = options.servername ?? host
    this.#node = nodeOptions(options.node)
    this.#context = createContext('tls', options, {
      node: this.#node,
      minVersion: options.minVersion ?? 'TLSv1.2',
    })
    this.#pins = options.pins === undefined ? undefined : new Pins(options.pins)
    const store = storeOf(options.sessions)
    this.#resumption = store && new Resumption(store, options, this.#host)
  }

  get terms(): TlsTerms {
    const { alpn } = this.#options
    return { side: 'client', servername: this.#host, alpn }
  }

  /**
   * Begin TLS on a connected socket.
   *
   * @throws TlsError, TimeoutError
   */
  readonly wrap = async (raw: net.Socket, limits: HandshakeLimits): Promise<SecureSocket> => {
    const { alpn, insecure = false } = this.#options
    const host = this.#host.replace(/\.$/, '')
    const session = this.#resumption?.offer()
    const socket = beginTls(raw, limits.details, () =>
      connect({
        ...this.#node,
        socket: raw,
        secureContext: this.#context,
        rejectUnauthorized: !insecure,
        // The certificate is checked against `host`; a name is asked for (SNI), an address is not.
        host,
        ...(net.isIP(host) === 0 ? { servername: host } : {}),
        ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
        ...(session === undefined ? {} : { session }),
      }),
    )
    const keepSession = this.#resumption?.watch(socket)
    try {
      await handshaken(socket, 'secureConnect', limits)
      this.#assertPinned(socket, limits)
    } catch (error) {
      this.#resumption?.forget()
      throw error
    }
    keepSession?.()
    const { authorized, authorizationError } = socket
    // It is typed as an error, and is the code of one.
    const error = authorized ? undefined : codeOf(authorizationError)
    return { socket, session: sessionOf(socket, { authorized, error }) }
  }

  /** @throws TlsError when the server's key is none of those that were pinned */
  #assertPinned(socket: TLSSocket, { details }: HandshakeLimits): void {
    // A session that was kept has been checked, and its server shows no certificate.
    if (this.#pins === undefined || socket.isSessionReused()) return
    const certificate = socket.getPeerX509Certificate()
    if (certificate !== undefined && this.#pins.match(certificate)) return
    // Its close may still bring an error that nothing else handles.
    socket.on('error', ignore)
    throw pinError(certificate === undefined ? undefined : pinOf(certificate), details)
  }
}

function codeOf(error: unknown): string {
  if (typeof error === 'string') return error
  return (error as NodeJS.ErrnoException | null)?.code ?? 'UNVERIFIED'
}
