import type { ServeTls } from '../arguments/flags/tls-choice.js'
import type { PreparedTls } from './prepared-tls.js'

/**
 * Prepare TLS, if it is wanted. What makes certificates is loaded only then.
 *
 * @returns rejects with CommandError when there can be no certificate
 */
export async function prepareServeTls(tls: ServeTls | undefined): Promise<PreparedTls | undefined> {
  if (tls === undefined) return undefined
  const { resolveTls } = await import('./resolve-tls.js')
  return resolveTls(tls)
}
