import net from 'node:net'
import { connect, type SecureContext } from 'node:tls'
import type { TlsClientOptions } from '../../tls.js'
import { type HandshakeLimits, handshaken, type SecureSocket } from './handshake.js'
import { createContext } from './material.js'
import { assertVersion } from './server-tls.js'
import { sessionOf } from './session.js'

/** A client's side of TLS, ready for use. */
export class ClientTls {
  readonly #options: TlsClientOptions
  readonly #host: string
  readonly #context: SecureContext

  /**
   * @param host the name the server has to prove, unless the options name another
   * @throws OptionError when a file cannot be read, or the parts do not fit together
   */
  constructor(options: TlsClientOptions, host: string) {
    assertVersion(options.minVersion)
    this.#options = options
    this.#host = options.servername ?? host
    this.#context = createContext('tls', options, { minVersion: options.minVersion ?? 'TLSv1.2' })
  }

  /**
   * Begin TLS on a connected socket.
   *
   * @throws TlsError, TimeoutError
   */
  readonly wrap = async (raw: net.Socket, limits: HandshakeLimits): Promise<SecureSocket> => {
    const { alpn, insecure = false } = this.#options
    const host = this.#host.replace(/\.$/, '')
    const socket = connect({
      socket: raw,
      secureContext: this.#context,
      rejectUnauthorized: !insecure,
      // The certificate is checked against `host`; a name is asked for (SNI), an address is not.
      host,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    })
    await handshaken(socket, 'secureConnect', limits)
    const { authorized, authorizationError } = socket
    // It is typed as an error, and is the code of one.
    const error = authorized ? undefined : codeOf(authorizationError)
    return { socket, session: sessionOf(socket, { authorized, error }) }
  }
}

function codeOf(error: unknown): string {
  if (typeof error === 'string') return error
  return (error as NodeJS.ErrnoException | null)?.code ?? 'UNVERIFIED'
}
