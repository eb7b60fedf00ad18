import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { natsBackplane } from '@hawser/nats'
import { createAdapter } from '@socket.io/redis-adapter'
import { createServer, lines } from 'hawser'
import { createClient } from 'redis'
import { Server as SocketServer } from 'socket.io'
import { broadcastText } from '../../load/broadcast-text.js'

export type Kind = 'hawser' | 'socket-io'

/** A server whose members are all in one group, which reaches over all nodes: any of them may ask for a message to it. */
export interface Node {
  readonly port: number
  /** How many members are here. */
  count(): number
}

export function openNode(kind: Kind, broker: string): Promise<Node> {
  return kind === 'hawser' ? openHawser(broker) : openSocketIo(broker)
}

async function openHawser(broker: string): Promise<Node> {
  const backplane = await natsBackplane({ servers: broker })
  const server = createServer(
    { framing: lines(), backplane, backlog: 4096 },
    {
      open: (connection) => connection.join('all'),
      message: () => void server.to('all').send(broadcastText),
    },
  )
  await server.listen('tcp://127.0.0.1:0')
  return { port: (server.address() as AddressInfo).port, count: () => server.connections.size }
}

/** By its documentation, without what it does for browsers: WebSocket from the first byte, no compression. */
async function openSocketIo(broker: string): Promise<Node> {
  const publisher = createClient({ url: `redis://${broker}` })
  const subscriber = publisher.duplicate()
  await Promise.all([publisher.connect(), subscriber.connect()])
  const http = createHttpServer()
  const server = new SocketServer(http, {
    transports: ['websocket'],
    adapter: createAdapter(publisher, subscriber),
  })
  server.on('connection', (socket) => {
    void socket.join('all')
    socket.on('next', () => server.to('all').emit('text', broadcastText))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', 4096, resolve))
  const { port } = http.address() as AddressInfo
  return { port, count: () => server.engine.clientsCount }
}
