import type { TlsServerOptions } from 'hawser'
import { createAuthority } from '../../../../../test/support/certificates.js'

/** What a server at 127.0.0.1 shows, and the authority that its clients trust. */
export async function createSecure(): Promise<{ tls: TlsServerOptions; ca: string }> {
  const authority = await createAuthority('Hawser tests')
  const tls = await authority.issue({ name: '127.0.0.1', names: ['127.0.0.1'] })
  return { tls, ca: authority.cert }
}
