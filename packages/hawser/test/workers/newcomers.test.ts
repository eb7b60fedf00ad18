import { once } from 'node:events'
import net from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { awaitNewcomers } from '../../src/workers/worker/newcomers.js'
import { make, portOf } from '../server/support/serving.js'

it('a client whose first bytes have arrived is heard, though its worker was held up for as long as it waits', async () => {
  const server = make({}, { message: () => undefined })
  await server.listen('127.0.0.1:0')
  const client = net.connect(portOf(server), '127.0.0.1')
  onTestFinished(() => void client.destroy())
  await Promise.all([once(server, 'connection'), once(client, 'connect')])
  const serving = { server, connections: server.connections, openings: () => 0 }
  // Behind it come the timers, and only then what has arrived.
  await turn()
  const heard = awaitNewcomers([serving], 50)
  client.write('hello')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  await heard
  expect([...server.connections].map(({ bytesRead }) => bytesRead)).toEqual([5])
})
