import type net from 'node:net'
import type { ProxyHeader } from '../../proxy-protocol/header.js'
import type { TlsSession } from '../../tls.js'
import type { ProxiedConnection, TransportAddress } from '../../transport.js'

/** The most bytes of a TLS record (RFC 8446 section 5.1). Node.js passes each on by itself. */
const largestRecord = 16 * 1024

/** What only a connection has that began otherwise than with its first message. */
export class Beginning {
  /** Bytes that were read too far, for the next reader. */
  unread: Uint8Array | undefined
  /** The peer's end was read too. */
  hasEnded = false
  /** Both are to be pushed in the next turn. */
  isDue = false
  /** The socket beneath TLS. */
  beneath: net.Socket | undefined
  session: TlsSession | undefined
  /** Something came in since TLS began. */
  hasHeard = false
  proxied: ProxiedConnection | undefined
  /** How much was received before what the proxy passes on. */
  headerSize = 0

  /** Whether something was given back that no reader has taken yet. */
  get hasRest(): boolean {
    return this.unread !== undefined || this.hasEnded
  }

  /**
   * So many bytes came in.
   *
   * @returns whether they are a full record of TLS: others that were read with it may follow at once
   */
  heard(size: number): boolean {
    this.hasHeard = true
    return this.beneath !== undefined && size === largestRecord
  }

  takeUnread(): Uint8Array | undefined {
    const { unread } = this
    this.unread = undefined
    return unread
  }

  takeEnd(): boolean {
    const { hasEnded } = this
    this.hasEnded = false
    return hasEnded
  }

  /** TLS has begun on `beneath`. */
  secure(beneath: net.Socket, session: TlsSession): void {
    this.beneath = beneath
    this.session = session
    this.hasHeard = false
  }

  /** The proxy `peer` said, in its first `size` bytes, for which client it opened the connection. */
  speaksFor(peer: TransportAddress | undefined, header: ProxyHeader, size: number): void {
    this.proxied = { peer, header }
    this.headerSize = size
  }
}
