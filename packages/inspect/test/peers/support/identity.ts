import { join } from 'node:path'
import { createAuthority, type Pair } from '../../../../../test/support/certificates.js'
import { createFolder } from '../../../../../test/support/folders.js'

/** A certificate of 127.0.0.1. */
export async function makeIdentity(): Promise<Pair> {
  const authority = await createAuthority('inspect')
  return authority.issue({ name: 'localhost', names: ['localhost', '127.0.0.1'] })
}

/** The paths of a certificate and its key. */
export async function identityFiles(): Promise<[cert: string, key: string]> {
  const { cert, key } = await makeIdentity()
  const folder = createFolder({ 'cert.pem': cert, 'key.pem': key })
  return [join(folder, 'cert.pem'), join(folder, 'key.pem')]
}
