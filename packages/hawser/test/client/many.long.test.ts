import { once } from 'node:events'
import { type ClientOptions, createClient, createServer, lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { until } from '../../../../test/support/until.js'
import { portOf, serve } from '../server/support/serving.js'

/** A client that is closed when the test ends. */
function make(
  endpoint: string,
  options: ClientOptions<string, string>,
): ReturnType<typeof createClient<string, string>> {
  const client = createClient<string, string>(endpoint, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return client
}

it('a thousand clients whose server restarts do not come back in one instant', async () => {
  const clock = new VirtualClock()
  const server = createServer({ framing: lines() }, { message() {} })
  await server.listen('tcp://127.0.0.1:0')
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  const endpoint = `tcp://127.0.0.1:${portOf(server)}`
  let seed = 1
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const clients = Array.from({ length: 1_000 }, () =>
    make(endpoint, { clock, random, backoff: { initial: 10_000 } }),
  )
  await Promise.all(clients.map((client) => client.ready()))
  // The operating system has made connections that the server has yet to accept.
  await until(() => server.connections.size === 1_000)
  const retries = Promise.all(clients.map((client) => once(client, 'disconnected')))
  for (const connection of server.connections) connection.reset()
  const waits = (await retries).map(([status]) => (status as { retryIn: number }).retryIn)
  const perSecond = Array.from({ length: 10 }, () => 0)
  for (const wait of waits) perSecond[Math.min(9, Math.floor(wait / 1_000))]! += 1
  // Spread evenly it would be a hundred in each second.
  expect(Math.max(...perSecond)).toBeLessThan(150)
  expect(Math.min(...perSecond)).toBeGreaterThan(60)
  await clock.advance(10_000)
  await until(() => server.connections.size === 1_000)
})

it('messages that wait may be any number when one of them has waited too long', async () => {
  const unbounded = { maxQueued: Infinity, maxQueuedBytes: Infinity }
  const clock = new VirtualClock()
  const closed = await serve()
  const port = portOf(closed)
  await closed.close()
  const client = make(`127.0.0.1:${port}`, { clock, ...unbounded, random: () => 0.99 })
  const first = client.request('short', { timeout: 10 })
  first.catch(() => undefined)
  for (let each = 0; each < 150_000; each += 1) void client.send('long')
  await clock.advance(10)
  await expect(first).rejects.toMatchObject({ code: 'HAWSER_QUEUE_TIMEOUT' })
  expect(client.info().queued).toBe(150_000)
})
