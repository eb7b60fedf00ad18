import {
  type Backplane,
  connect,
  type Connection,
  createServer,
  lines,
  memoryBackplane,
  type Server,
} from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler } from '../support/ways.js'

const until = 15_000
/** What failed is tried again after a second. */
const mended = 2_500

/** Two servers with a backplane that does not always work, and members that come and go. */
export const news: Scenario = {
  id: 'news',
  title: 'a backplane that works again brings each message to the members of its topic, once',
  hosts: ['server', 'client'],
  size: { members: 4, topics: 3 },
  faults: { every: 3_000, until, kinds: ['bad', 'reset'] },
  async run(world) {
    const failing = { is: false }
    const between = memoryBackplane()
    const servers = await Promise.all(
      [8_000, 8_001].map((port) =>
        listen(world, port, flaky(world, between.node(`${port}`), failing)),
      ),
    )
    const members = Array.from({ length: world.size['members'] ?? 1 }, (_, index) =>
      world.track(comeAndGo(world, index), `member ${index}`),
    )
    while (world.now() < until) {
      failing.is = !failing.is
      await world.sleep(world.integer(100, 5_000))
    }
    await Promise.all(members)
    world.calm()
    failing.is = true
    const readers = await Promise.all([8_000, 8_001].map((port) => joinAll(world, port)))
    await world.sleep(world.integer(0, 5_000))
    failing.is = false
    await world.sleep(mended)
    await world.within(10_000, publish(world, servers, readers), 'news on all topics')
    await Promise.all(servers.map((server) => world.track(server.close(), 'close')))
    const queued = servers.map((server) => server.info().backplane?.queued)
    world.must(
      queued.every((bytes) => bytes === 0),
      `${queued.join(' and ')} bytes are queued at rest`,
    )
  },
}

/** Asks for nothing while it fails; what is published then is lost. */
function flaky(world: World, backplane: Backplane, failing: { readonly is: boolean }): Backplane {
  const fail = async (): Promise<never> => {
    await world.sleep(world.integer(0, 50))
    throw new Error('the backplane is away')
  }
  return {
    nodeId: backplane.nodeId,
    open: (listener) => backplane.open(listener),
    async subscribe(topic) {
      if (failing.is) await fail()
      else await backplane.subscribe(topic)
    },
    async unsubscribe(topic) {
      await backplane.unsubscribe(topic)
    },
    async publish(topic, message) {
      if (failing.is) await fail()
      else await backplane.publish(topic, message)
    },
    close: () => backplane.close(),
  }
}

function listen(
  world: World,
  port: number,
  backplane: Backplane,
): Promise<Server<Message, string>> {
  const { options } = world.host('server')
  const server = createServer<Message, string>(
    { ...options, framing: lines(), backplane, idleTimeout: 60_000, onError: () => undefined },
    pickHandler(
      world,
      restless(world, (connection, line) => {
        const [what = '', topic = ''] = line.split(' ')
        if (what === 'join') connection.join(topic)
        else connection.leave(topic)
        return line
      }),
    ),
  )
  return server.listen(`tcp://*:${port}`)
}

function topicsOf(world: World): readonly string[] {
  return Array.from({ length: world.size['topics'] ?? 1 }, (_, index) => `topic-${index}`)
}

async function dial(world: World, port: number): Promise<Connection<string, string>> {
  return connect(`tcp://server:${port}`, { ...world.host('client').options, framing: lines() })
}

async function comeAndGo(world: World, index: number): Promise<void> {
  while (world.now() < until) {
    await attempt(world, `member ${index}`, async () => {
      const connection = await dial(world, world.pick([8_000, 8_001]))
      for (let count = world.integer(1, 8); count > 0; count -= 1) {
        const what = world.pick(['join', 'join', 'leave'])
        await connection.send(`${what} ${world.pick(topicsOf(world))}`)
        await world.sleep(world.integer(0, 1_000))
      }
      await connection.close()
    })
    await world.sleep(world.integer(0, 2_000))
  }
}

async function joinAll(world: World, port: number): Promise<AsyncIterator<string>> {
  const connection = await dial(world, port)
  const reader = connection[Symbol.asyncIterator]()
  for (const topic of topicsOf(world)) {
    await connection.send(`join ${topic}`)
    const joined = await reader.next()
    world.must(joined.value === `join ${topic}`, `heard "${String(joined.value)}" on joining`)
  }
  return reader
}

/** Each server sends on each topic, and each reader hears all of it. */
async function publish(
  world: World,
  servers: readonly Server<Message, string>[],
  readers: readonly AsyncIterator<string>[],
): Promise<void> {
  const expected = topicsOf(world).flatMap((topic) =>
    servers.map((server, index) => {
      server.to(topic).send(`${topic} from ${index}`)
      return `${topic} from ${index}`
    }),
  )
  await Promise.all(
    readers.map(async (reader) => {
      const heard: string[] = []
      for (const _ of expected) heard.push(String((await reader.next()).value))
      const isAll = heard.toSorted().join() === expected.toSorted().join()
      world.must(isAll, `a member heard ${heard.join()}, and not ${expected.join()}`)
    }),
  )
}
