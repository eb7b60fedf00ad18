import net from 'node:net'
import nodeTls from 'node:tls'
import { createServer, type Connection, type Framing, raw, type Server } from 'hawser'
import { onTestFinished } from 'vitest'
import { closeAtEnd, loopback, portOf } from '../../server/support/serving.js'
import { siteTls } from '../../tls/support/identities.js'

export type Message = string | Uint8Array
export type AnyServer = Server<Message, Message>
export type Way = 'send' | 'broadcast' | 'topic'

/** A server whose connections have peers that read nothing. */
export interface Deaf {
  readonly server: AnyServer
  readonly connections: readonly Connection<Message, Message>[]
  /** Bytes that wait, of all connections. */
  counted(): number
}

const mebibyte = 1024 * 1024

/** Queue a message for each connection of a server. */
export const ways: Record<Way, (server: AnyServer, message: Message) => void> = {
  send: (server, message) => {
    for (const connection of server.connections) void connection.send(message)
  },
  broadcast: (server, message) => void server.broadcast(message),
  topic: (server, message) => void server.to('all').send(message),
}

function dial(port: number, secure: boolean): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket: net.Socket = secure
      ? nodeTls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
          resolve(socket),
        )
      : net.connect({ port, host: '127.0.0.1' }, () => resolve(socket))
    socket.on('error', reject)
    onTestFinished(() => void socket.destroy())
  })
}

/**
 * A server with connections whose peers read nothing, and whose operating system takes no more.
 *
 * @param plugs sizes of the messages that fill it
 */
export async function deafPeers(
  peers: number,
  framing: Framing<Message, Message>,
  secure: boolean,
  plugs: readonly number[] = Array<number>(8).fill(mebibyte),
): Promise<Deaf> {
  const server = createServer<Message, Message>(
    {
      framing,
      outbox: Infinity,
      memory: Infinity,
      writeTimeout: Infinity,
      minimumRate: Infinity,
      ...(secure ? { tls: await siteTls() } : {}),
    },
    { open: (connection) => void connection.join('all') },
  )
  closeAtEnd(server)
  await server.listen(loopback)
  for (let peer = 0; peer < peers; peer += 1) (await dial(portOf(server), secure)).pause()
  while (server.connections.size < peers) await new Promise(setImmediate)
  const connections = [...server.connections]
  for (const connection of connections) {
    const switched = connection.switchFraming(raw())
    for (const size of plugs) void switched.send(Buffer.alloc(size, 'p'))
    connection.switchFraming(framing)
  }
  const counted = (): number => connections.reduce((sum, each) => sum + each.unsent, 0)
  for (let still = 0, before = -1; still < 50;) {
    await new Promise(setImmediate)
    const unsent = counted()
    still = unsent === before ? still + 1 : 0
    before = unsent
  }
  return { server, connections, counted }
}
