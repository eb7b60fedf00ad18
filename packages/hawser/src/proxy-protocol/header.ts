/**
 * What a PROXY protocol header says (HAProxy's proxy-protocol.txt, versions 1 and 2): for whom a
 * proxy opened this connection. Types, and the names in those that are passed in.
 */

import type { NamesOf } from '../options/option-names.js'

/** One end of the connection that a proxy accepted. */
export interface ProxyAddress {
  /** An IP address; or a Unix socket's path, empty when it has none. */
  readonly address: string
  /** `IPv4`, `IPv6` or `unix`. */
  readonly family: string
  /** The port, 0–65535. Absent for a Unix socket. */
  readonly port?: number
}

/** One end as it is passed in: the family of an IP address needs not be said. */
export interface ProxyEnd extends Omit<ProxyAddress, 'family'> {
  /** `unix` for a path; anything else is an IP address. */
  readonly family?: string | undefined
}

/** The names in a {@link ProxyEnd}. */
export const proxyEndNames: NamesOf<ProxyEnd> = {
  address: true,
  family: true,
  port: true,
}

/** One type-length-value record of a version 2 header. */
export interface ProxyTlv {
  /** 0–255; 0xe0–0xef are yours to define (section 2.2.8). */
  readonly type: number
  /** The value as it is on the wire. */
  readonly value: Uint8Array
}

/** What the proxy knows of the TLS session it terminated (section 2.2.6). */
export interface ProxySsl {
  /** Whether the client connected over TLS at all (PP2_CLIENT_SSL). */
  readonly overTls: boolean
  /** Whether the client presented a certificate on this connection (PP2_CLIENT_CERT_CONN). */
  readonly certificateOnConnection: boolean
  /** Whether it did at least once in this TLS session (PP2_CLIENT_CERT_SESS). */
  readonly certificateInSession: boolean
  /**
   * 0 when the certificate was verified, otherwise the proxy's own number of what is wrong. Without
   * a certificate some proxies send 0 too: it proves something only beside `certificateInSession`.
   */
  readonly verify: number
  /** The TLS version, such as `TLSv1.3`. */
  readonly version?: string | undefined
  /** The Common Name of the client's certificate. */
  readonly commonName?: string | undefined
  /** The cipher, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher?: string | undefined
  /** How the proxy's certificate is signed, such as `SHA256`. */
  readonly signatureAlgorithm?: string | undefined
  /** The kind of the proxy's key, such as `RSA2048`. */
  readonly keyAlgorithm?: string | undefined
  /** Records of types that are not in the specification. */
  readonly others?: readonly ProxyTlv[] | undefined
}

/** The names in a {@link ProxySsl}. */
export const sslNames: NamesOf<ProxySsl> = {
  overTls: true,
  certificateOnConnection: true,
  certificateInSession: true,
  verify: true,
  version: true,
  commonName: true,
  cipher: true,
  signatureAlgorithm: true,
  keyAlgorithm: true,
  others: true,
}

/** The type-length-value records of a version 2 header; what is absent was not sent. */
export interface ProxyTlvs {
  /** The application protocol agreed on (ALPN), such as `h2`; a character for each byte. */
  readonly alpn?: string | undefined
  /** The host name the client asked for: SNI, where the proxy terminated TLS. */
  readonly authority?: string | undefined
  /** What the proxy calls the connection, at most 128 bytes. */
  readonly uniqueId?: Uint8Array | undefined
  /** The TLS session between the client and the proxy. */
  readonly ssl?: ProxySsl | undefined
  /** The name of the network namespace. */
  readonly netns?: string | undefined
  /** Whether the header carries a checksum (CRC32C). One that is wrong makes it invalid. */
  readonly crc32c?: boolean | undefined
  /** Records of types that are not in the specification, in their order. */
  readonly others?: readonly ProxyTlv[] | undefined
}

/** The names in {@link ProxyTlvs}. */
export const tlvNames: NamesOf<ProxyTlvs> = {
  alpn: true,
  authority: true,
  uniqueId: true,
  ssl: sslNames,
  netns: true,
  crc32c: true,
  others: true,
}

/** A header that was read. */
export interface ProxyHeader {
  /** 1 is a line of text, 2 is binary. */
  readonly version: 1 | 2
  /** `proxy`: for a client. `local`: the proxy's own connection, such as a health check. */
  readonly command: 'proxy' | 'local'
  /**
   * The client. Undefined when the header names none that this protocol family can use: `local`, an
   * unknown or unspecified family, datagrams.
   */
  readonly source: ProxyAddress | undefined
  /** Where the client connected to; there or not as `source` is. */
  readonly destination: ProxyAddress | undefined
  /** Empty in version 1. */
  readonly tlvs: ProxyTlvs
}

/** The numbers of the types (section 2.2). */
export const tlvTypes = {
  alpn: 0x01,
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  netns: 0x30,
} as const

/** The numbers of the types inside `ssl` (section 2.2.6). */
export const sslTypes = {
  version: 0x21,
  commonName: 0x22,
  cipher: 0x23,
  signatureAlgorithm: 0x24,
  keyAlgorithm: 0x25,
} as const

/** The bits of the first byte of `ssl`. */
export const sslBits = {
  overTls: 0x01,
  certificateOnConnection: 0x02,
  certificateInSession: 0x04,
} as const

/** The most bytes of a unique id (section 2.2.5). */
export const maxUniqueId = 128
/** Bytes of a Unix socket's name (sockaddr_un). */
export const unixNameSize = 108
/** Bytes in front of a version 2 header's addresses. */
export const binaryPrefix = 16
