import type { TlsServerOptions } from 'hawser'
import type { ServeOptions } from './options.js'

/** TLS for the library, and what is to be said of it. */
export interface PreparedTls {
  readonly options: TlsServerOptions
  /** The file of the development certificate, where it is in use. */
  readonly trust: string | undefined
  /** What went wrong, though it works. */
  readonly notice: string | undefined
}

/**
 * Prepare TLS, if it is wanted. What makes certificates is loaded only then.
 *
 * @returns rejects with CommandError when there can be no certificate
 */
export async function prepareServeTls(tls: ServeOptions['tls']): Promise<PreparedTls | undefined> {
  if (tls === undefined) return undefined
  const { prepareTls } = await import('./tls.js')
  return prepareTls(tls)
}
