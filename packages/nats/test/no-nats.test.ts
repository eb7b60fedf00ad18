import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { BackplaneError } from 'hawser'
import { expect, it, onTestFinished } from 'vitest'
import { natsBackplane } from '../src/index.js'

/** A port where something else than NATS listens. */
async function listen(accept: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    accept(socket)
  })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return address.port
}

it.each<[string, (socket: Socket) => void, RegExp]>([
  ['a mail server', (socket) => void socket.write('220 mail\r\n'), /does not speak as NATS does/],
  ['a broken INFO', (socket) => void socket.write('INFO {bad\r\n'), /does not speak as NATS does/],
  ['an end at once', (socket) => void socket.destroy(), /it ended the connection/],
])('%s in the place of NATS is said to be none', async (_what, accept, message) => {
  const port = await listen(accept)
  const refused = natsBackplane({ servers: `127.0.0.1:${port}` })
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.toThrow(/start nats-server there/)
  await expect(refused).rejects.toBeInstanceOf(BackplaneError)
})
