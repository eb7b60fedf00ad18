import {
  type Connection,
  createServer,
  lines,
  type Refusal,
  type Server,
  type ServerOptions,
  type TlsServerOptions,
  type TlsSession,
} from 'hawser'
import { closeAtEnd, portOf } from '../../server/support/serving.js'
import { siteTls } from './identities.js'

/** A server of lines under TLS, what it accepted and whom it refused. */
export interface Serving {
  readonly server: Server<string, string>
  readonly port: number
  /** What was agreed on with the next client that comes in. */
  readonly session: Promise<TlsSession | undefined>
  /** The next one that is refused. */
  readonly refusal: Promise<Refusal>
}

/** Answers each line in capitals, and shows `site` unless told otherwise. */
export async function serveTls(
  tls: TlsServerOptions = {},
  options: Partial<ServerOptions<string, string>> = {},
): Promise<Serving> {
  const server = createServer<string, string>(
    { framing: lines(), tls: await siteTls(tls), ...options },
    shout,
  )
  closeAtEnd(server)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const session = new Promise<TlsSession | undefined>((resolve) => {
    server.once('connection', (connection) => resolve(connection.tls))
  })
  const refusal = new Promise<Refusal>((resolve) => {
    server.once('drop', resolve)
  })
  return { server, port: portOf(server), session, refusal }
}

async function shout(connection: Connection<string, string>): Promise<void> {
  for await (const line of connection) await connection.send(line.toUpperCase())
}
