import { type Client, createClient, createServer, HawserError, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import type { Scenario } from '../support/scenario.js'

const until = 20_000
const maxPending = 3
/** So long may a message be under way, either way. */
const underWay = 1_500

/** Few requests may be under way, replies come in order, and some are waited for too shortly. */
export const places: Scenario = {
  id: 'places',
  title: 'each request gets its own reply, and goes as soon as there is a place for it',
  hosts: ['server', 'client'],
  size: { askers: 6 },
  // Over a long way the server has a place that the client cannot know of yet.
  network: { latency: 1, jitter: 0 },
  faults: { every: 3_000, until, kinds: ['reset', 'kill'] },
  async run(world) {
    const served: Served = { run: 0, waiting: 0 }
    void world.host('server').start(() => serve(world, served))
    const client = createClient('tcp://server:8000', {
      ...world.host('client').options,
      framing: lines(),
      maxPending,
      backoff: { max: 500 },
    })
    const stop = watchQueue(world, client, served)
    const askers = Array.from({ length: world.size['askers'] ?? 1 }, (_, index) =>
      world.track(ask(world, client, index), `asker ${index}`),
    )
    await Promise.all(askers)
    world.calm()
    const reply = client.request('last 0', { timeout: 10_000 })
    world.must((await reply) === 're last', 'the last request has another reply')
    const { queued, queuedBytes, pending } = client.info()
    const rest = `${queued} queued, ${queuedBytes} bytes, ${pending} pending`
    world.must(queued + queuedBytes + pending === 0, `a client at rest has ${rest}`)
    stop()
    await client.close()
  },
}

/** Requests in the server's hands, of the process that runs. */
interface Served {
  run: number
  waiting: number
}

/** All are worked on at once, and the replies leave in order. */
async function serve(world: World, served: Served): Promise<void> {
  served.waiting = 0
  const run = (served.run += 1)
  // What a killed process had to do is never done.
  const count = (by: number): void => {
    if (served.run === run) served.waiting += by
  }
  const server = createServer(
    { framing: lines(), onError: () => undefined },
    async (connection) => {
      let before: Promise<unknown> = Promise.resolve()
      let mine = 0
      let isOver = false
      for await (const line of connection) {
        const [name = '', delay = '0'] = line.split(' ')
        mine += 1
        count(1)
        const work = world.sleep(Number(delay))
        before = Promise.all([before, work]).then(() => {
          if (!isOver) count(-1)
          mine -= 1
          return connection.send(`re ${name}`).catch(() => undefined)
        })
      }
      isOver = true
      count(-mine)
    },
  )
  await server.listen('tcp://*:8000')
}

async function ask(world: World, client: Client<string, string>, index: number): Promise<void> {
  for (let number = 0; world.now() < until; number += 1) {
    const name = `${index}.${number}`
    const delay = world.random() < 0.2 ? world.integer(0, 8_000) : world.integer(0, 50)
    const timeout = world.random() < 0.3 ? world.integer(1, 500) : world.integer(2_000, 20_000)
    // The client's clock measures it.
    const { clock } = world.host('client').options
    const asked = clock.now()
    try {
      const reply = await client.request(`${name} ${delay}`, { timeout })
      world.must(reply === `re ${name}`, `${name} got "${reply}"`)
    } catch (error) {
      world.must(error instanceof HawserError, `an error that is not ours: ${String(error)}`)
    }
    const waited = Math.round(clock.now() - asked)
    world.must(waited <= timeout + 1, `${name} took ${waited} ms, and ${timeout} are its timeout`)
    if (world.random() < 0.3) await world.sleep(world.integer(0, 1_000))
  }
}

/** What waits goes as soon as the server has fewer requests than it may. */
function watchQueue(
  world: World,
  client: Client<string, string>,
  served: Readonly<Served>,
): () => void {
  let since = world.now()
  let isOver = false
  const look = async (): Promise<void> => {
    let connections = 0
    while (!isOver) {
      const info = client.info()
      const mayGo = client.status.state === 'connected' && info.connections === connections
      if (info.queued === 0 || !mayGo || served.waiting >= maxPending) since = world.now()
      connections = info.connections
      const waited = Math.round(world.now() - since)
      world.must(waited <= underWay, `a request waits ${waited} ms, and there is a place for it`)
      await world.sleep(50)
    }
  }
  void look()
  return () => {
    isOver = true
  }
}
