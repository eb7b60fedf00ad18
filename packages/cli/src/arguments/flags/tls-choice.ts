/** TLS of `hawser serve`. Certificates, keys and authorities are names of files. */
export interface ServeTls {
  /** Undefined: the development certificate. */
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly ca: readonly string[] | undefined
  readonly alpn: readonly string[] | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | undefined
  readonly clientCertificate: 'none' | 'request' | 'require' | undefined
  /** Milliseconds. */
  readonly handshakeTimeout: number | undefined
}

/** TLS of `hawser connect`. Certificates, keys and authorities are names of files. */
export interface ConnectTls {
  readonly cert: string | undefined
  readonly key: string | undefined
  readonly ca: readonly string[] | undefined
  readonly alpn: readonly string[] | undefined
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | undefined
  readonly servername: string | undefined
  readonly insecure: boolean | undefined
  readonly pins: readonly string[] | undefined
}
