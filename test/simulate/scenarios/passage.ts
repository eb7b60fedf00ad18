import { connect, createServer, raw, relay } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from '../support/errors.js'
import { live } from '../support/live.js'
import type { Scenario } from '../support/scenario.js'
import { pickWay } from '../support/ways.js'

const until = 20_000
/** Soon full: then the other side has to wait. */
const narrow = { framing: raw({ maxFrame: 20_000 }), inbox: 20_000 }

/** A relay between clients and a server, and more bytes than it may hold. */
export const passage: Scenario = {
  id: 'passage',
  title: 'a relay passes all bytes on, in both directions, however slow one side is',
  hosts: ['server', 'middle', 'client'],
  size: { clients: 2, bytes: 400_000 },
  faults: { every: 3_000, until },
  async run(world) {
    const starts = { count: 0 }
    for (const [from, to] of [
      ['middle', 'server'],
      ['middle', 'client'],
    ] as const) {
      world.condition(from, to, { bandwidth: world.pick([Infinity, 300_000]) }, { oneWay: true })
    }
    void world.host('server').start(async () => {
      starts.count += 1
      const server = createServer(
        { ...narrow, onError: () => undefined, idleTimeout: 20_000 },
        async (peer) => {
          for await (const bytes of pickWay(world, peer)) {
            if (world.random() < 0.05) await world.sleep(world.integer(0, 200))
            await peer.send(bytes)
          }
        },
      )
      await server.listen('tcp://*:9000')
    })
    void world.host('middle').start(async () => {
      starts.count += 1
      const server = createServer(
        { onError: () => undefined, idleTimeout: 20_000 },
        async (inner) => {
          try {
            await relay(inner, await connect('tcp://server:9000', { idleTimeout: 20_000 }))
          } catch {
            // An end in order would say that nothing came back.
            inner.reset()
          }
        },
      )
      await server.listen('tcp://*:8000')
    })
    const clients = Array.from({ length: world.size['clients'] ?? 1 }, (_, index) =>
      world.track(sendOften(world, starts), `client ${index}`),
    )
    await world.sleep(until)
    await live(world, {
      'a client whose bytes all come back': async () => {
        while (!(await send(world, starts))) await world.sleep(100)
      },
    })
    await Promise.all(clients)
    for (let count = 0; count < 3; count += 1) {
      const isWhole = await world.within(60_000, send(world, starts), 'a client')
      world.must(isWhole, 'not all bytes came back, and nothing was wrong any more')
    }
  },
}

/** How often a process was started. */
interface Starts {
  count: number
}

async function sendOften(world: World, starts: Starts): Promise<void> {
  while (world.now() < until) {
    await world.sleep(world.integer(0, 2_000))
    await send(world, starts)
  }
}

/** @returns whether all came back */
async function send(world: World, starts: Starts): Promise<boolean> {
  const before = starts.count
  const total = world.integer(1, world.size['bytes'] ?? 1)
  let heard = 0
  let isEnded = false
  const failure = await attempt(world, 'a client', async () => {
    const { options } = world.host('client')
    const connection = await connect('tcp://middle:8000', {
      ...options,
      ...narrow,
      idleTimeout: 20_000,
    })
    const saying = (async () => {
      for (let sent = 0; sent < total;) {
        const chunk = bytesAt(sent, Math.min(world.integer(1, 60_000), total - sent))
        sent += chunk.length
        await connection.send(chunk)
      }
      await connection.end()
    })()
    saying.catch(() => undefined)
    for await (const bytes of pickWay(world, connection)) {
      const isSame = Buffer.from(bytes).equals(bytesAt(heard, bytes.length))
      world.must(isSame, `other bytes came back behind byte ${heard}`)
      heard += bytes.length
      if (world.random() < 0.05) await world.sleep(world.integer(0, 500))
    }
    await saying
    isEnded = (await connection.closed).reason === 'ended'
  })
  if (failure !== undefined || !isEnded) return false
  // The operating system ends the connections of a process that was killed in order.
  const isUp = ['server', 'middle'].every((name) => world.host(name).isRunning)
  if (starts.count !== before || !isUp) return false
  world.must(heard === total, `it ended in order, and ${heard} of ${total} bytes came back`)
  return true
}

/** More than is ever read at once. */
const pattern = Buffer.alloc(
  4_000_000,
  Uint8Array.from({ length: 251 }, (_, index) => index),
)

/** Each place has its own byte. */
function bytesAt(from: number, count: number): Uint8Array {
  const begin = from % 251
  return pattern.subarray(begin, begin + count)
}
