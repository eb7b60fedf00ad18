import { connect, createClient, createPool, createServer, lines, relay } from 'hawser'
import { connectPair } from 'hawser/testing'
import { expect, it } from 'vitest'
import { loopback, portOf, serve } from '../../server/support/serving.js'
import { forbidStrayErrors } from '../support/strays.js'

// What rejects here is waited for by nothing: the guard fails the test if that reaches the process.
forbidStrayErrors()

const nothing = (): void => undefined

it('resume of a server that is closed, or whose port was taken meanwhile', async () => {
  const server = await serve({}, nothing)
  const place = { ...loopback, port: portOf(server) }
  await server.suspend()
  const other = createServer({}, nothing)
  await other.listen(place)
  void server.resume()
  await expect(server.resume()).rejects.toMatchObject({ code: 'HAWSER_ADDRESS_IN_USE' })
  await other.close()
  await server.close()
  void server.resume()
  await expect(server.resume()).rejects.toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
})

it('ready, a message and a request of a client that gives up', async () => {
  const server = await serve({}, nothing)
  const place = { ...loopback, port: portOf(server) }
  await server.close()
  const client = createClient(place, { maxReconnects: 0 })
  void client.ready()
  void client.send('one')
  void client.request('two')
  await expect(client.ready()).rejects.toMatchObject({ code: 'HAWSER_CLIENT_CLOSED' })
})

it('acquire and run of a pool that is closed', async () => {
  const pool = createPool({ ...loopback, port: 1 })
  await pool.close()
  void pool.acquire()
  void pool.run(nothing)
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'HAWSER_POOL_CLOSED' })
})

it('relay of a connection that is read already', async () => {
  const [a, b] = connectPair()
  expect(a.readable.locked).toBe(false)
  void relay(a, b)
  await expect(relay(a, b)).rejects.toMatchObject({ code: 'HAWSER_ALREADY_CONSUMED' })
  a.reset()
  b.reset()
})

it('everything that a connection does once it is gone', async () => {
  const server = await serve<string, string>({ framing: lines() }, nothing)
  const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
  client.reset()
  await client.closed
  void client.send('one')
  void client.flush()
  void client.end()
  void client.startTls()
  void client.receive()
  await expect(client.send('two')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
})

it.each(['messages', 'batches'] as const)(
  'the next of the %s of a connection that is reset',
  async (what) => {
    const server = await serve<string, string>(
      { framing: lines() },
      { message: (connection) => connection.reset() },
    )
    const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
    const loop = what === 'messages' ? client[Symbol.asyncIterator]() : client.batches()
    void loop.next()
    void client.send('hello')
    expect((await client.closed).reason).toBe('reset')
    void loop.next()
  },
)
