import type { Development } from './development.js'
import { CommandError } from '../failure.js'
import type { ServeTls } from '../arguments/flags/tls-choice.js'
import type { PreparedTls } from './prepared-tls.js'

/**
 * Turn the command's TLS into the library's; without a certificate, it is the development one.
 *
 * @returns rejects with CommandError when that cannot be made
 */
export async function resolveTls(tls: ServeTls): Promise<PreparedTls> {
  const { cert, key, ca, alpn, minVersion, clientCertificate, handshakeTimeout } = tls
  const shared = { ca, alpn, minVersion, clientCertificate, handshakeTimeout, watch: true } as const
  if (cert !== undefined) {
    return { options: { ...shared, cert, key }, trust: undefined, notice: undefined }
  }
  const { development, notice } = await develop()
  const { files, certificate } = development
  const identity =
    files === undefined
      ? { cert: certificate, key: development.key }
      : { cert: files.certificate, key: files.key }
  return { options: { ...shared, ...identity }, trust: files?.certificate, notice }
}

async function develop(): Promise<{ development: Development; notice: string | undefined }> {
  const { improviseDevelopment, provideDevelopment } = await import('./development.js')
  try {
    return { development: await provideDevelopment({}), notice: undefined }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    const development = await improviseDevelopment({})
    const notice = `${error.message}; until then the certificate lasts as long as this server: SHA-256 ${development.fingerprint}`
    return { development, notice }
  }
}
