import { once } from 'node:events'
import {
  type Connection,
  connect,
  createServer,
  type HawserError,
  lines,
  type Server,
  type ServerOptions,
} from 'hawser'
import type { NatsBackplane } from '../../src/index.js'
import { onTestFinished } from 'vitest'

/** A server of lines whose connections are all in one topic, with one client. */
export interface Chat {
  readonly server: Server<string, string>
  readonly client: Connection<string, string>
  /** What the client got. */
  readonly heard: string[]
  readonly errors: HawserError[]
  /** What the server's event `backplane` said. */
  readonly links: boolean[]
}

/** A chat on this node; it ends with the test. */
export async function startChat(
  backplane: NatsBackplane,
  options: Partial<ServerOptions<string, string>> = {},
): Promise<Chat> {
  const errors: HawserError[] = []
  const links: boolean[] = []
  const heard: string[] = []
  const server = createServer(
    { framing: lines(), backplane, onError: (error) => void errors.push(error), ...options },
    { open: (connection) => void connection.join('lobby') },
  )
  onTestFinished(async () => void (await server.close({ drain: 0 })))
  server.on('backplane', ({ connected }) => void links.push(connected))
  await server.listen({ host: '127.0.0.1', port: 0 })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  const arrival = once(server, 'connection')
  const client = await connect({ host: '127.0.0.1', port: address.port }, { framing: lines() })
  onTestFinished(() => client.reset())
  void listen(client, heard)
  await arrival
  return { server, client, heard, errors, links }
}

async function listen(client: Connection<string, string>, heard: string[]): Promise<void> {
  try {
    for await (const line of client) heard.push(line)
  } catch {
    // The end of the test is a reset.
  }
}
