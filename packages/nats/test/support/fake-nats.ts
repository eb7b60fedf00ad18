import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What listens in the place of a NATS server, and who came. */
export interface FakeNats {
  readonly address: string
  readonly sockets: readonly Socket[]
}

/** Something that does with each connection what the test says, until the test ends. */
export async function fakeNats(accept: (socket: Socket) => void): Promise<FakeNats> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    accept(socket)
    // One that does not read does not see the end.
    socket.resume()
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { address: `127.0.0.1:${address.port}`, sockets }
}

/** The first line of a NATS server: what it says of itself. */
export function infoOf(fields: object): string {
  const usual = { server_id: 'fake', version: '2.9.10', proto: 1, headers: true }
  return `INFO ${JSON.stringify({ ...usual, max_payload: 1_048_576, ...fields })}\r\n`
}

/** Says what it is, and replies to each ping. */
export function greet(socket: Socket, fields: object = {}): void {
  socket.write(infoOf(fields))
  socket.on('data', (bytes) => {
    const pings = String(bytes).split('PING\r\n').length - 1
    socket.write('PONG\r\n'.repeat(pings))
  })
}
