import { type Client, createClient, createServer } from 'hawser'
import type { World } from 'hawser/simulate'
import { pickFraming } from '../support/limits.js'
import { live } from '../support/live.js'
import { pickSwitch, restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, textOf } from '../support/ways.js'

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
    const framing = pickFraming(world)
    const server = world.host('server')
    void server.start(async () => {
      run.count += 1
      const listening = createServer(
        { framing, onError: () => undefined },
        pickHandler(
          world,
          restless(world, (_connection, text) => `${run.count} ${text}`),
        ),
      )
      await listening.listen('tcp://*:8000')
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      createClient<Message, string>(endpoint, {
        ...world.host(machines[index % machines.length] as string).options,
        random: () => world.random(),
        framing,
        backoff: { initial: 2_000, max: 10_000 },
        heartbeat: { every: 10_000, ping: 'ping' },
        connectTimeout: 5_000,
        ...pickSwitch(world),
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
  client: Client<Message, string>,
  index: number,
): Promise<void> {
  for (;;) {
    const text = `${index} at ${world.now()}`
    const abort = new AbortController()
    const { signal } = abort
    if (world.random() < 0.1) void world.sleep(world.integer(0, 100)).then(() => abort.abort())
    try {
      const reply = textOf(await client.request(text, { timeout: 5_000, signal }))
      world.must(reply.endsWith(` ${text}`), `client ${index} got "${reply}" to "${text}"`)
      return
    } catch {
      await world.sleep(100)
    }
  }
}
