import { type Client, createClient, createServer, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import { live } from '../support/live.js'
import type { Scenario } from '../support/scenario.js'

const endpoint = 'tcp://server:8000'
const machines = Array.from({ length: 8 }, (_, index) => `many-${index}`)
const until = 20_000

/** A server is killed, or cut off, under a thousand clients, which all come back. */
export const storm: Scenario = {
  id: 'storm',
  title: 'a thousand clients come back after their server was gone',
  hosts: {
    server: { maxDescriptors: 4_096, backlog: 128 },
    ...Object.fromEntries(machines.map((name) => [name, {}])),
  },
  size: { clients: 1_000 },
  faults: { every: 4_000, until },
  async run(world) {
    const run = { count: 0 }
    const server = world.host('server')
    void server.start(async () => {
      run.count += 1
      const listening = createServer(
        { framing: lines(), onError: () => undefined },
        {
          message: (connection, line) => connection.trySend(`${run.count} ${line}`),
        },
      )
      await listening.listen('tcp://*:8000')
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      createClient<string, string>(endpoint, {
        ...world.host(machines[index % machines.length] as string).options,
        random: () => world.random(),
        framing: lines(),
        backoff: { initial: 2_000, max: 10_000 },
        heartbeat: { every: 10_000, ping: 'ping' },
        connectTimeout: 5_000,
      }),
    )
    await world.sleep(world.integer(3_000, 10_000))
    world.note('the storm')
    server.kill()
    await world.sleep(world.integer(0, 3_000))
    if (server.isUp && !server.isRunning) server.boot()
    await world.sleep(Math.max(0, until - world.now()))
    await live(world, {
      'every client gets a reply': () =>
        Promise.all(clients.map((client, index) => askUntilReply(world, client, index))),
    })
    await world.track(Promise.all(clients.map((client) => client.close())), 'close of all')
  },
}

async function askUntilReply(
  world: World,
  client: Client<string, string>,
  index: number,
): Promise<void> {
  for (;;) {
    const text = `${index} at ${world.now()}`
    try {
      const reply = await client.request(text, { timeout: 5_000 })
      world.must(reply.endsWith(` ${text}`), `client ${index} got "${reply}" to "${text}"`)
      return
    } catch {
      await world.sleep(100)
    }
  }
}
