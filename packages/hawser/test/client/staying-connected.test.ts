import { connect, type Connection, createClient, createPool, type Endpoint, lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { portOf, serve } from '../server/support/serving.js'
import { serveSecurely } from './support/secure-server.js'

forbidStrayErrors()

/** A server that says its name and hangs up. */
async function serveName(name: string): Promise<Endpoint> {
  const server = await serve({ framing: lines() }, (connection) => connection.send(name))
  return `127.0.0.1:${portOf(server)}`
}

describe('a client that comes back', () => {
  it('takes up its TLS session again', async () => {
    const { endpoint, authority } = await serveSecurely()
    const resumed: (boolean | undefined)[] = []
    const clock = new VirtualClock()
    const twice = new Promise<void>((resolve) => {
      const client = createClient(endpoint, {
        framing: lines(),
        tls: { ca: authority.cert },
        family: 4,
        clock,
        // The clock runs faster than handshakes do.
        connectTimeout: Infinity,
        random: () => 0,
        onConnect: ({ connection }: { connection: Connection<string, string> }) => {
          resumed.push(connection.tls?.resumed)
          if (resumed.length === 2) resolve()
        },
      })
      onTestFinished(async () => void (await client.close()))
    })
    const ticking = keepAdvancing(clock)
    await twice
    ticking.stop()
    expect(resumed).toEqual([false, true])
  })

  it('takes turns among its endpoints', async () => {
    const endpoints = [await serveName('a'), await serveName('b')]
    const names: string[] = []
    const clock = new VirtualClock()
    const thrice = new Promise<void>((resolve) => {
      const client = createClient(endpoints, {
        framing: lines(),
        order: 'round-robin',
        clock,
        // The clock runs faster than handshakes do.
        connectTimeout: Infinity,
        random: () => 0,
        onMessage: (name: string) => {
          names.push(name)
          if (names.length === 3) resolve()
        },
      })
      onTestFinished(async () => void (await client.close()))
    })
    const ticking = keepAdvancing(clock)
    await thrice
    ticking.stop()
    expect(names.slice(0, 3)).toEqual(['a', 'b', 'a'])
  })
})

it('a pool takes up TLS sessions again', async () => {
  const { endpoint, authority } = await serveSecurely()
  const tls = { ca: authority.cert }
  const pool = createPool(endpoint, { framing: lines(), tls, family: 4, max: 1 })
  onTestFinished(async () => void (await pool.close()))
  const visit = (): Promise<boolean | undefined> =>
    pool.run(async (lease) => {
      const { connection } = lease
      await connection.closed
      return connection.tls?.resumed
    })
  expect(await visit()).toBe(false)
  expect(await visit()).toBe(true)
  const alone = await connect(endpoint, { framing: lines(), tls, family: 4 })
  expect(alone.tls?.resumed).toBe(false)
  alone.reset()
  await alone.closed
})

/** Lets time pass, a little each turn, until it is told to stop. */
function keepAdvancing(clock: VirtualClock): { stop(): void } {
  let isOver = false
  const advance = async (): Promise<void> => {
    while (!isOver) await clock.advance(10)
  }
  void advance()
  return {
    stop: () => {
      isOver = true
    },
  }
}
