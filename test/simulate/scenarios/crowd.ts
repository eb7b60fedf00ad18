import { connect, createServer, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { live } from '../support/live.js'
import { restless } from '../support/restless.js'
import type { Scenario } from '../support/scenario.js'
import { type Message, pickHandler, pickMessages, type TextConnection } from '../support/ways.js'

const until = 20_000

/** More clients than a server has room for, which lets them wait. */
export const crowd: Scenario = {
  id: 'crowd',
  title: 'those that wait for room are let in when there is some, and the limit is kept',
  hosts: ['server', 'one', 'other'],
  size: { clients: 5 },
  faults: { every: 3_000, until },
  async run(world) {
    const room = world.integer(1, 4)
    void world.host('server').start(async () => {
      const server = createServer<Message, string>(
        {
          framing: lines(),
          maxConnections: room,
          atLimit: 'pause',
          idleTimeout: 10_000,
          onError: () => undefined,
        },
        pickHandler(
          world,
          restless(world, (connection, line) => {
            const { connections } = connection.server.info()
            world.must(connections <= room, `${connections} connections, and ${room} may be`)
            return line
          }),
        ),
      )
      await server.listen('tcp://*:8000')
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      world.track(visitOften(world, index), `client ${index}`),
    )
    await world.sleep(until)
    await live(world, {
      'a client that gets its turn': async () => {
        while (!(await visit(world, 'last'))) await world.sleep(100)
      },
    })
    await Promise.all(clients)
  },
}

async function visitOften(world: World, index: number): Promise<void> {
  while (world.now() < until) {
    await world.sleep(world.integer(0, 1_000))
    await visit(world, `client ${index}`)
  }
}

/** @returns whether it was let in */
async function visit(world: World, name: string): Promise<boolean> {
  let isIn = false
  await attempt(world, name, async () => {
    const { options } = world.host(world.pick(['one', 'other']))
    const connection: TextConnection = await connect('tcp://server:8000', {
      ...options,
      framing: lines(),
    })
    await connection.send(name)
    for await (const line of pickMessages(world, connection)) {
      world.must(line === name, `${name} heard "${line}"`)
      isIn = true
      await world.sleep(world.integer(0, 500))
      break
    }
    await connection.close()
  })
  return isIn
}
