/**
 * What TLS takes and what it tells, as types and the names of their options: a server, a client and a connection all speak
 * of it, and only `socket/` knows how it is done.
 */

/**
 * A PEM text (it has `-----BEGIN` in it), the bytes of one, or the name of a file that holds one.
 */
export type TlsMaterial = string | Uint8Array

/** The oldest protocol version to speak. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

/** Who one says to be. */
export interface TlsIdentity {
  /** The private key. */
  readonly key?: TlsMaterial | undefined
  /** The certificate, followed by those between it and its authority. */
  readonly cert?: TlsMaterial | undefined
  /** Decrypts the private key. */
  readonly passphrase?: string | undefined
  /**
   * Which authorities vouch for the peer; several are joined. Default for a client: those that
   * Node.js knows; for a server: none, so that with `clientCertificate` it has to be passed.
   */
  readonly ca?: TlsMaterial | readonly TlsMaterial[] | undefined
}

/**
 * What else Node.js takes: the names of `tls.createSecureContext`, of `tls.connect` (for a client) and
 * of `tls.TLSSocket` (for a server), such as `ciphers`, `ecdhCurve`, `sigalgs`, `maxVersion`, `crl`,
 * `pskCallback`. They are passed on unchecked. Those that Hawser sets itself are refused, with the name
 * of the option to use.
 *
 * @see https://nodejs.org/api/tls.html
 */
export type TlsNodeOptions = Readonly<Record<string, unknown>>

/** TLS of a server. */
export interface TlsServerOptions extends TlsIdentity {
  /**
   * Identities by the name the client asks for (SNI, RFC 6066 section 3): `a.example`, or
   * `*.b.example` for every name with one more label. Any other name gets `key` and `cert`; without
   * those it is refused. A `ca` here vouches for the clients of that name alone, in place of the other
   * one; every handshake is a full one then, because a session would open all names.
   */
  readonly sni?: Readonly<Record<string, TlsIdentity>> | undefined
  /**
   * Protocols to choose from, best first (ALPN, RFC 7301). A client that offers others only is
   * refused; one that offers none is not. Default: none is chosen.
   */
  readonly alpn?: readonly string[] | undefined
  /**
   * Whether clients show a certificate. `none`, the default: they are not asked. `request`: they are
   * asked, and `connection.tls.authorized` says whether one came and `ca` vouches for it. `require`:
   * without such a one they are refused.
   */
  readonly clientCertificate?: 'none' | 'request' | 'require' | undefined
  /** The oldest protocol version. Default `TLSv1.2` (RFC 8996 retired those before). */
  readonly minVersion?: TlsVersion | undefined
  /**
   * Milliseconds a handshake may take, then it is refused with `tls-handshake-timeout`. Default 5 000;
   * `Infinity` is off. Stops: peers that hold a place among `maxConnections` without a word.
   */
  readonly handshakeTimeout?: number | undefined
  /**
   * Read the files named in `key`, `cert`, `ca` and `sni` again when they change. Files that do not
   * fit together, because one of them is half written, are reported to `onError` and what was there
   * before stays in use. Default false.
   */
  readonly watch?: boolean | undefined
  /** What else Node.js takes, see {@link TlsNodeOptions}; for all names of `sni`. Default: nothing. */
  readonly node?: TlsNodeOptions | undefined
}

/** TLS of a client. */
export interface TlsClientOptions extends TlsIdentity {
  /**
   * The name the server has to prove, and that it is asked for (SNI). Default: the endpoint's host.
   */
  readonly servername?: string | undefined
  /** Protocols to offer, best first (ALPN, RFC 7301). Default: none. */
  readonly alpn?: readonly string[] | undefined
  /** The oldest protocol version. Default `TLSv1.2` (RFC 8996 retired those before). */
  readonly minVersion?: TlsVersion | undefined
  /**
   * Talk to any server, whatever its certificate. Default false. True gives up what TLS is for:
   * an attacker in between can read and change everything. `connection.tls.authorizationError` says
   * what would have been refused.
   */
  readonly insecure?: boolean | undefined
  /**
   * Public keys that the server may have, each as the SHA-256 of its SubjectPublicKeyInfo in base64,
   * as in RFC 7469 section 2.4 and curl's `--pinnedpubkey`: `'sha256//AAAA…='`, the `sha256//` may
   * be left out. The server's own certificate has to have one of them, besides being vouched for;
   * with `insecure` it is all that is asked. Otherwise `HAWSER_TLS_CERTIFICATE_INVALID`. Pin a spare
   * key too, or its replacement locks every peer out. Default: none. Stops: an authority that vouches
   * for another server.
   */
  readonly pins?: readonly string[] | undefined
  /**
   * Where sessions are remembered, so that the next connection takes one up again: what
   * `createTlsSessions()` returns. Only sessions made under the same checks, and with the same object
   * in `node`, are resumed. Default: every handshake is a full one.
   */
  readonly sessions?: TlsSessions | undefined
  /** What else Node.js takes, see {@link TlsNodeOptions}. Default: nothing. */
  readonly node?: TlsNodeOptions | undefined
}

/** TLS sessions that connections share; `createTlsSessions` makes one. */
export interface TlsSessions {
  /** How many are kept. */
  readonly size: number
  /** Forget them all, so that the next handshake is a full one. */
  clear(): void
}

/** How sessions are kept. */
export interface TlsSessionsOptions {
  /**
   * How many peers' sessions are kept; the longest unused goes first. Default 256; `Infinity` is off.
   * Stops: a client of ever new names that remembers them all.
   */
  readonly maxSessions?: number | undefined
}

/** The names of the options in {@link TlsIdentity}. */
export const identityNames: Readonly<Record<keyof TlsIdentity, true>> = {
  key: true,
  cert: true,
  passphrase: true,
  ca: true,
}

/** The names of the options in {@link TlsServerOptions}; `*` stands for the names under `sni`. */
export const tlsServerNames: Readonly<Record<Exclude<keyof TlsServerOptions, 'sni'>, true>> & {
  readonly sni: { readonly '*': typeof identityNames }
} = {
  ...identityNames,
  sni: { '*': identityNames },
  alpn: true,
  clientCertificate: true,
  minVersion: true,
  handshakeTimeout: true,
  watch: true,
  node: true,
}

/** The names of the options in {@link TlsClientOptions}. */
export const tlsClientNames: Readonly<Record<keyof TlsClientOptions, true>> = {
  ...identityNames,
  servername: true,
  alpn: true,
  minVersion: true,
  insecure: true,
  pins: true,
  sessions: true,
  node: true,
}

/** The names of the options in {@link TlsSessionsOptions}. */
export const tlsSessionsNames: Readonly<Record<keyof TlsSessionsOptions, true>> = {
  maxSessions: true,
}

/** A certificate that the peer showed. */
export interface PeerCertificate {
  /** Whose it is, one attribute a line: `CN=a.example`. */
  readonly subject: string
  /** Who issued it, written as `subject`. */
  readonly issuer: string
  /** The names it is for: `DNS:a.example, IP Address:192.0.2.1`. */
  readonly subjectAltName: string | undefined
  /** The first day it is valid, as OpenSSL writes it. */
  readonly validFrom: string
  /** The last day it is valid, as OpenSSL writes it. */
  readonly validTo: string
  /** Its serial number, hexadecimal. */
  readonly serialNumber: string
  /** SHA-256 of all of it, hexadecimal with colons. */
  readonly fingerprint256: string
  /** All of it, DER. */
  readonly raw: Uint8Array
  /**
   * The certificate of its issuer, if the peer showed that as well; undefined for the last of the chain that it showed
   * (RFC 8446 section 4.4.2), which an authority signed, or itself.
   */
  readonly issuerCertificate: PeerCertificate | undefined
}

/** What one side brings to a TLS handshake on a transport that is no socket. */
export interface TlsTerms {
  /** Which side it is. */
  readonly side: 'client' | 'server'
  /** The name that a client asks for (SNI). */
  readonly servername: string | undefined
  /** Application protocols, best first (ALPN). */
  readonly alpn: readonly string[] | undefined
}

/** What was agreed on with the peer. */
export interface TlsSession {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  /** The cipher suite, by its name in RFC 8446 or RFC 5246. */
  readonly cipher: string
  /** The protocol that was chosen (ALPN). */
  readonly alpn: string | undefined
  /**
   * The name the client asked for (SNI). Undefined when it asked for none, and on a session of TLS 1.2
   * that was taken up again: there it is not looked at.
   */
  readonly servername: string | undefined
  /** What the peer showed; undefined when it was not asked for, or on a resumed session. */
  readonly peerCertificate: PeerCertificate | undefined
  /** Whether the peer showed a certificate and an authority vouches for it. */
  readonly authorized: boolean
  /** Why it is not authorized: OpenSSL's code, such as `CERT_HAS_EXPIRED`. */
  readonly authorizationError: string | undefined
  /** Whether an earlier session was taken up again. */
  readonly resumed: boolean
}
