import { lines, type Server, type ServerOptions } from 'hawser'
import {
  type Authority,
  createAuthority,
  type Pair,
} from '../../../../../test/support/certificates.js'
import { make, portOf } from '../../server/support/serving.js'

/** A server under TLS that says hello, and what a client needs to trust it. */
export interface SecureServer {
  readonly server: Server<string, string>
  readonly endpoint: string
  readonly authority: Authority
  readonly identity: Pair
}

/** Listens on a free port for localhost and 127.0.0.1; closed when the test ends. */
export async function serveSecurely(
  options: ServerOptions<string, string> = {},
): Promise<SecureServer> {
  const authority = await createAuthority('an authority')
  const identity = await authority.issue({ name: 'a', names: ['localhost', '127.0.0.1'] })
  const server = make({ framing: lines(), tls: identity, ...options }, (connection) =>
    connection.send('hello'),
  )
  await server.listen('tls://127.0.0.1:0')
  return { server, endpoint: `tls://localhost:${portOf(server)}`, authority, identity }
}
