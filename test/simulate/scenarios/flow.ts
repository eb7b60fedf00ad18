import { connect, createServer, lines } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { live } from '../support/live.js'
import type { Scenario } from '../support/scenario.js'
import { pickWay } from '../support/ways.js'

const until = 20_000

/** More is sent than is read at once, with buffers that are soon full and a handler that awaits nothing. */
export const flow: Scenario = {
  id: 'flow',
  title:
    'what does not fit waits, goes on when there is room, and is forgotten with its connection',
  hosts: ['server', 'one', 'other'],
  size: { clients: 2, asks: 12, most: 40_000 },
  faults: { every: 3_000, until },
  async run(world) {
    const starts = { count: 0 }
    void world.host('server').start(async () => {
      starts.count += 1
      await serve(world)
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, async (_, index) => {
      while (world.now() < until) {
        await attempt(world, `client ${index}`, () => talk(world, starts, `${index}`))
        await world.sleep(world.integer(0, 1_000))
      }
    })
    await world.sleep(until)
    await live(world, {
      'a client that talks when all is well': async () => {
        while (!(await talkToEnd(world, starts))) await world.sleep(100)
      },
    })
    await Promise.all(clients.map((client, index) => world.track(client, `client ${index}`)))
  },
}

/** Each line says how many lines of which length it wants. */
async function serve(world: World): Promise<void> {
  const server = createServer(
    {
      framing: lines({ maxFrame: 100_000 }),
      highWaterMark: world.pick([500, 20_000]),
      outbox: 4_000_000,
      memory: 1_000_000,
      idleTimeout: 30_000,
      onError: () => undefined,
    },
    {
      async message(connection, line) {
        const [name = '', count = '0', length = '0'] = line.split(' ')
        for (let index = 0; index < Number(count); index += 1) {
          connection.send(textOf(name, index, Number(length))).catch(() => undefined)
        }
        if (name.endsWith('5')) await world.sleep(5)
      },
    },
  )
  await server.listen('tcp://*:8000')
}

function textOf(name: string, index: number, length: number): string {
  return `${name} ${index} ${'y'.repeat(length)}`
}

/** How often the server was started. */
interface Starts {
  readonly count: number
}

async function talkToEnd(world: World, starts: Starts): Promise<boolean> {
  let isWhole = false
  await attempt(world, 'the last client', async () => {
    isWhole = await talk(world, starts, 'last')
  })
  return isWhole
}

/** @returns whether all came that was asked for */
async function talk(world: World, starts: Starts, name: string): Promise<boolean> {
  const before = starts.count
  const connection = await connect('tcp://server:8000', {
    ...world.host(world.pick(['one', 'other'])).options,
    // A server that is killed can leave a part of a line, with an end in order behind it.
    framing: lines({ maxFrame: 100_000, unterminated: 'discard' }),
    highWaterMark: 10_000,
    idleTimeout: 30_000,
  })
  const [asks, most] = [world.integer(1, world.size['asks'] ?? 1), world.size['most'] ?? 1]
  const wanted: string[] = []
  const ask = async (): Promise<void> => {
    for (let number = 0; number < asks; number += 1) {
      const [count, length] = [world.integer(0, 4), world.integer(0, most) ** 2 / most]
      const size = Math.floor(length)
      for (let index = 0; index < count; index += 1) {
        wanted.push(textOf(`${name}.${number}`, index, size))
      }
      const padding = 'x'.repeat(world.random() < 0.2 ? most : 0)
      connection.send(`${name}.${number} ${count} ${size} ${padding}`).catch(() => undefined)
      if (world.random() < 0.3) await world.sleep(world.integer(0, 20))
      if (world.random() < 0.2) {
        await connection.flush()
        const { unsent, phase } = connection
        world.must(unsent === 0 || phase !== 'open', `${unsent} bytes are unsent after a flush`)
      }
    }
    await connection.end()
  }
  const asking = ask()
  asking.catch(() => undefined)
  let heard = 0
  for await (const line of pickWay(world, connection)) {
    const expected = wanted[heard] ?? 'nothing'
    world.must(line === expected, `heard "${line.slice(0, 50)}", not "${expected.slice(0, 50)}"`)
    heard += 1
    if (world.random() < 0.05) await world.sleep(world.integer(0, 300))
  }
  await asking
  const { reason } = await connection.closed
  const isWhole = reason === 'ended' && heard === wanted.length
  // The operating system ends the connections of a process that was killed in order.
  const isUp = starts.count === before && world.host('server').isRunning
  if (reason === 'ended' && isUp) {
    world.must(isWhole, `ended in order after ${heard} of ${wanted.length} lines`)
  }
  return isWhole
}
