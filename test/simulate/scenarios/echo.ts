import { connect, createServer, HawserError, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import type { Scenario } from '../support/scenario.js'

/** Clients that connect, say lines, and read what comes back, each in one of the three ways. */
export const echo: Scenario = {
  id: 'echo',
  title: 'lines come back, in order and none twice, as long as a connection lasts',
  hosts: ['server', 'one', 'other'],
  size: { clients: 4, lines: 30 },
  async run(world) {
    void world.host('server').start(async () => {
      const server = createServer(
        { framing: lines() },
        {
          message: (connection, line) => connection.trySend(line),
        },
      )
      await server.listen('tcp://*:8000')
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      world.track(talk(world, index), `client ${index}`),
    )
    await Promise.all(clients)
  },
}

async function talk(world: World, index: number): Promise<void> {
  const { options } = world.host(world.pick(['one', 'other']))
  let next = 0
  const all = world.size['lines'] ?? 1
  while (next < all) {
    await world.sleep(world.integer(0, 500))
    try {
      const connection = await connect('tcp://server:8000', { ...options, framing: lines() })
      await connection.send(`${index} ${next}`)
      for await (const line of connection) {
        world.must(line === `${index} ${next}`, `heard "${line}" instead of "${index} ${next}"`)
        next += 1
        if (next >= all) break
        if (world.random() < 0.2) await world.sleep(world.integer(0, 300))
        await connection.send(`${index} ${next}`)
      }
    } catch (error) {
      world.must(error instanceof HawserError, `an error that is not ours: ${String(error)}`)
    }
  }
}
