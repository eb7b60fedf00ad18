import type { TlsSession, TlsTerms } from '../../tls.js'
import { agreeOn, RecordReader, type Said, tlsError, writeRecord } from './tls-records.js'

/** What a handshake needs of the connection beneath it. */
export interface HandshakeWays {
  /** @returns false when `wrote` follows */
  readonly write: (bytes: Uint8Array) => boolean
  /** Whether this one is to fail, by chance. */
  readonly fails: () => boolean
  readonly done: (session: TlsSession, rest: Uint8Array) => void
  readonly failed: (error: Error) => void
}

/**
 * A stand-in for a TLS 1.3 handshake: as many messages of about the size, each of which can be late,
 * cut, or lost. Nothing is encrypted, and no certificate is looked at.
 */
export class TlsHandshake {
  readonly #terms: TlsTerms
  readonly #ways: HandshakeWays
  readonly #reader = new RecordReader()
  #name: string | undefined
  #alpn: string | undefined
  #isWriting = false
  #isOver = false
  /** What to do once the last write has left. */
  #next: (() => void) | undefined

  constructor(terms: TlsTerms, ways: HandshakeWays) {
    this.#terms = terms
    this.#ways = ways
    this.#name = terms.servername
  }

  begin(): void {
    const { side, servername, alpn } = this.#terms
    if (side === 'client') this.#say({ what: 'client hello', servername, alpn })
  }

  received(bytes: Uint8Array): void {
    this.#reader.push(bytes)
    try {
      for (let said = this.#reader.read(); said !== undefined; said = this.#reader.read()) {
        this.#hear(said)
        if (this.#isOver) return
      }
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  wrote(): void {
    this.#isWriting = false
    this.#next?.()
  }

  /** The peer has gone, or has ended its direction. */
  lost(): void {
    this.#end(tlsError('ECONNRESET', 'the peer has gone'))
  }

  /** @throws Error with OpenSSL's code when it cannot go on */
  #hear({ what, servername, alpn, alert = '' }: Said): void {
    const { side } = this.#terms
    if (what === 'alert') {
      this.#end(tlsError(`ERR_SSL_ALERT_${alert.toUpperCase().replaceAll(' ', '_')}`, alert))
    } else if (side === 'server' && what === 'client hello') {
      if (this.#ways.fails()) throw tlsError('ERR_SSL_HANDSHAKE_FAILURE', 'handshake failure')
      this.#name = servername
      this.#alpn = agreeOn(alpn, this.#terms)
      this.#say({ what: 'server flight', alpn: this.#alpn === undefined ? [] : [this.#alpn] })
    } else if (side === 'client' && what === 'server flight') {
      this.#alpn = alpn?.[0]
      this.#say({ what: 'client finished' })
      this.#whenWritten(() => this.#finish())
    } else if (side === 'server' && what === 'client finished') {
      this.#finish()
    } else throw tlsError('ERR_SSL_UNEXPECTED_MESSAGE', 'unexpected message')
  }

  #say(said: Said): void {
    this.#isWriting = !this.#ways.write(writeRecord(said))
  }

  #whenWritten(next: () => void): void {
    if (this.#isWriting) this.#next = next
    else next()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    const session: TlsSession = {
      protocol: 'TLSv1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
      alpn: this.#alpn,
      servername: this.#name,
      peerCertificate: undefined,
      authorized: this.#terms.side === 'client',
      authorizationError: undefined,
      resumed: false,
    }
    this.#ways.done(session, this.#reader.rest)
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    if (!this.#isWriting) this.#say({ what: 'alert', alert: error.message })
    this.#end(error)
  }

  #end(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#next = undefined
    this.#ways.failed(error)
  }
}
