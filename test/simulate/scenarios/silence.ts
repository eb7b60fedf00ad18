import { createClient, createServer, lines } from 'hawser'
import type { Fault, World } from 'hawser/simulate'
import type { Scenario } from '../support/scenario.js'

const every = 1_000
const misses = 2
/** A ping that is under way, those that may be missed, and one that only now is due. */
const noticed = every * (misses + 2)

/** It may be late, and has not vanished for that. */
const slow: Fault = {
  kind: 'bad',
  at: 1_000,
  for: 30_000,
  from: 'server',
  to: 'client',
  conditions: { latency: 150, jitter: 100 },
}

/** Servers that vanish without a word, and clients that only listen. */
export const silence: Scenario = {
  id: 'silence',
  title: 'a heartbeat notices a server that is gone without a word, and only that',
  hosts: ['server', 'client'],
  size: { rounds: 3 },
  faults: [slow],
  async run(world) {
    world.condition('server', 'client', { latency: world.integer(0, 100) })
    void world.host('server').start(() => serve(world))
    const client = createClient('tcp://server:8000', {
      ...world.host('client').options,
      framing: lines(),
      backoff: { max: 500 },
      connectTimeout: 1_000,
      heartbeat: { every, misses, ping: 'ping', isPong: (line) => line === 'pong' },
      onMessage: () => undefined,
    })
    for (let round = 0; round < (world.size['rounds'] ?? 1); round += 1) {
      await world.within(10_000, client.ready(), 'a connection to a server that is there')
      const { connections } = client.info()
      await world.sleep(world.integer(0, 15_000))
      world.must(client.info().connections === connections, 'a connection was given up for nothing')
      const back = vanish(world)
      await world.sleep(noticed)
      const { state } = client.status
      world.must(state !== 'connected', `the client is ${state}, and its server is gone`)
      await world.sleep(world.integer(0, 5_000))
      back()
    }
    await client.close()
  },
}

/** @returns takes it back */
function vanish(world: World): () => void {
  const server = world.host('server')
  if (world.random() < 0.5) return world.cut('server', 'client')
  server.powerOff()
  return () => server.boot()
}

async function serve(world: World): Promise<void> {
  const greets = world.random() < 0.5
  const server = createServer(
    { framing: lines(), idleTimeout: 10_000, onError: () => undefined },
    {
      open: (connection) => (greets ? connection.send('hello') : undefined),
      message: (connection, line) => connection.send(line === 'ping' ? 'pong' : line),
    },
  )
  await server.listen('tcp://*:8000')
}
