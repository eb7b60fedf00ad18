// Simulates clients, a server and everything that goes wrong between them, with some seeds, and then each
// scenario of test/simulate, which is compiled to ./scenarios; prints the hash of each course: they have to be
// the same on every Node.js.
import { connect, createClient, createServer, lines } from 'hawser'
import { simulate } from 'hawser/simulate'
import { scenarios } from './scenarios/list.js'
import { optionsOf } from './scenarios/support/scenario.js'

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
/** Of each scenario. */
const FEWER = [11, 12, 13, 14]
/** Of what a scenario has: the storm has a thousand clients. */
const MOST = 60
const hosts = ['server', 'user', 'reader']

async function serve() {
  const server = createServer({ framing: lines() }, async (connection) => {
    for await (const line of connection) await connection.send(line.toUpperCase())
  })
  await server.listen('tcp://*:8000')
}

async function ask(world) {
  void world.host('server').start(serve)
  const on = (name) => ({ ...world.host(name).options, framing: lines() })
  const client = createClient('tcp://server:8000', { ...on('user'), onError: () => {} })
  let replies = 0
  while (world.now() < 30_000) {
    const reply = client.request('hello', { timeout: world.integer(10, 2_000) })
    replies += await reply.then(
      () => 1,
      () => 0,
    )
    const stream = await connect('tcp://server:8000', on('reader')).catch(() => undefined)
    if (stream !== undefined) {
      const duplex = stream.duplex().on('error', () => {})
      duplex.on('data', (line) => world.note(`the reader heard ${line}`))
      duplex.write('a line')
      await world.sleep(200)
      await stream.close()
    }
  }
  world.calm()
  await client.close()
  return replies
}

for (const seed of SEEDS) {
  const { hash, result, events } = await simulate({ seed, hosts, faults: true }, ask)
  console.log(`${seed} ${hash} ${events} events, ${result} replies`)
}

for (const scenario of scenarios) {
  const sizes = Object.entries(scenario.size)
  const limit = scenario.id === 'storm' ? MOST : Infinity
  const size = Object.fromEntries(sizes.map(([name, value]) => [name, Math.min(value, limit)]))
  for (const seed of FEWER) {
    const options = optionsOf({ ...scenario, size }, seed)
    const { hash, events } = await simulate(options, scenario.run)
    console.log(`${scenario.id} ${seed} ${hash} ${events} events`)
  }
}
