import type { TlsServerOptions } from 'hawser'

/** TLS for the library, and what is to be said of it. */
export interface PreparedTls {
  readonly options: TlsServerOptions
  /** The file of the development certificate, where it is in use. */
  readonly trust: string | undefined
  /** What went wrong, though it works. */
  readonly notice: string | undefined
}
