import { once } from 'node:events'
import {
  type Connection,
  connect,
  ConnectError,
  createClient,
  createPool,
  createServer,
  type HawserError,
  lines,
} from 'hawser'
import {
  createMemoryNetwork,
  type MemoryNetworkOptions,
  ScriptedPeer,
  Toxics,
  VirtualClock,
} from 'hawser/testing'
import { describe, expect, it } from 'vitest'

const place = { kind: 'tcp', host: '127.0.0.1', port: 8000 } as const
const endpoint = 'tcp://127.0.0.1:8000'

/** A network, and what everything on it is to be passed. */
function setUp(options: MemoryNetworkOptions = {}) {
  const clock = new VirtualClock()
  const network = createMemoryNetwork({ clock, ...options })
  return { clock, network, on: { clock, network, framing: lines() } }
}

const echo = {
  message: (connection: Connection<string, string>, line: string) => connection.send(line),
}

/** The next message; the connection stays open. */
async function nextOf(connection: Connection<string, string>): Promise<string | undefined> {
  return (await connection[Symbol.asyncIterator]().next()).value
}

async function failureOf(work: Promise<unknown>): Promise<HawserError> {
  return work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error as HawserError,
  )
}

describe('endpoints', () => {
  it('says where it listens, and port 0 takes a free one', async () => {
    const { on } = setUp()
    const server = createServer(on, echo)
    await server.listen([endpoint, 'tcp://127.0.0.1:0', 'tcp://*:0', '/run/a.sock'])
    expect(server.addresses()).toEqual([
      { address: '127.0.0.1', family: 'IPv4', port: 8000 },
      { address: '127.0.0.1', family: 'IPv4', port: 49_152 },
      { address: '::', family: 'IPv6', port: 49_153 },
      '/run/a.sock',
    ])
    for (const address of server.addresses()) {
      const connection = await connect<string, string>(address, on)
      await connection.send('hello')
      expect(await nextOf(connection)).toBe('hello')
      await connection.close()
    }
    await server.close()
    expect(server.address()).toBeNull()
    expect(on.network.connections).toBe(0)
  })

  it('refuses a port that is taken, also by a server on all addresses', async () => {
    const { on } = setUp()
    const server = createServer(on, echo)
    await server.listen('tcp://*:8000')
    for (const taken of [endpoint, 'tcp://*:8000']) {
      const error = await failureOf(createServer(on, echo).listen(taken))
      expect(error.code).toBe('HAWSER_ADDRESS_IN_USE')
    }
    await server.close()
    await createServer(on, echo).listen(endpoint)
  })

  it('finds hosts by the names it was told', async () => {
    const { on } = setUp({ hosts: { database: '10.0.0.2' } })
    const server = createServer(on, echo)
    await server.listen('tcp://database:5432')
    expect(server.address()).toMatchObject({ address: '10.0.0.2', port: 5432 })
    const connection = await connect('tcp://database:5432', on)
    expect(connection.remote?.address).toBe('10.0.0.2')
    expect((await failureOf(connect('tcp://cache:5432', on))).code).toBe('HAWSER_DNS_FAILED')
    expect((await failureOf(server.listen('tcp://cache:1'))).code).toBe(
      'HAWSER_ADDRESS_UNAVAILABLE',
    )
    await connection.close()
    await server.close()
  })

  it('refuses a connection where nothing listens', async () => {
    const { on } = setUp()
    const error = (await failureOf(connect(endpoint, on))) as ConnectError
    expect(error).toBeInstanceOf(ConnectError)
    expect(error.code).toBe('HAWSER_CONNECT_REFUSED')
    expect(error.attempts).toEqual([
      {
        address: '127.0.0.1',
        port: 8000,
        code: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED 127.0.0.1:8000',
      },
    ])
    const missing = (await failureOf(connect('/run/none.sock', on))) as ConnectError
    expect(missing.attempts[0]).toMatchObject({ address: '/run/none.sock', code: 'ENOENT' })
  })

  it('refuses a local port that is in use, until it is free again', async () => {
    const { on } = setUp()
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const first = await connect(endpoint, { ...on, localPort: 4_000 })
    expect(first.local).toEqual({ address: '127.0.0.1', family: 'IPv4', port: 4_000 })
    const error = (await failureOf(connect(endpoint, { ...on, localPort: 4_000 }))) as ConnectError
    expect(error.code).toBe('HAWSER_CONNECT_FAILED')
    expect(error.attempts[0]?.code).toBe('EADDRINUSE')
    await (await connect(endpoint, { ...on, localPort: 4_000, localAddress: '10.0.0.1' })).close()
    await first.close()
    await (await connect(endpoint, { ...on, localPort: 4_000 })).close()
    await server.close()
  })

  it('tries the next of several endpoints', async () => {
    const { on } = setUp()
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const connection = await connect(['tcp://127.0.0.1:7999', endpoint], on)
    expect(connection.remote?.port).toBe(8000)
    await connection.close()
    await server.close()
  })

  it.each(['fd:3', 'tls://127.0.0.1:8000'])('does not listen on %s', async (asked) => {
    const { on } = setUp()
    const tried = createServer(on, echo).listen(asked)
    expect((await failureOf(tried)).code).toBe('HAWSER_INVALID_ENDPOINT')
  })

  it('says that TLS and proxies do not work with it', async () => {
    const { on } = setUp()
    expect(() => createServer({ ...on, tls: {} })).toThrow(
      'tls does not work with the option network',
    )
    expect(() =>
      createServer({ ...on, proxyProtocol: { mode: 'require', trusted: ['10.0.0.0/8'] } }),
    ).toThrow('proxyProtocol does not work with the option network')
    expect(() => createClient(endpoint, { ...on, tls: {} })).toThrow('tls does not work')
    expect(() => createPool(endpoint, { ...on, proxy: 'http://p:1' })).toThrow(
      'proxy does not work',
    )
    expect(() => createClient('tls://127.0.0.1:1', on)).toThrow('use tcp://')
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const connection = await connect<string, string>(endpoint, on)
    expect((await failureOf(connection.startTls())).code).toBe('HAWSER_TLS_UNAVAILABLE')
    const [accepted] = server.connections
    const tried = accepted?.startTls() ?? Promise.resolve()
    expect((await failureOf(tried)).code).toBe('HAWSER_TLS_UNAVAILABLE')
    await connection.close()
    await server.close()
  })
})

describe('time', () => {
  it('makes a connection in one round trip', async () => {
    const { on, clock } = setUp({ forward: { latency: 30 }, backward: { latency: 12 } })
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const connection = await clock.runUntil(connect<string, string>(endpoint, on))
    expect(clock.now()).toBe(42)
    await connection.send('hello')
    await clock.runUntil(nextOf(connection))
    expect(clock.now()).toBe(84)
    await clock.runUntil(connection.close())
    await clock.runUntil(server.close())
    expect(clock.pending).toBe(0)
  })

  it('gives up connecting over a line that is stalled', async () => {
    const toxics = new Toxics({ stall: true })
    const { on, clock, network } = setUp({ toxics })
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const tried = connect(endpoint, { ...on, connectTimeout: 3_000 })
    const error = (await clock.runUntil(failureOf(tried))) as ConnectError
    expect(error.code).toBe('HAWSER_CONNECT_TIMEOUT')
    expect(error.attempts).toEqual([
      { address: '127.0.0.1', port: 8000, code: 'ETIMEDOUT', message: 'it did not reply in time' },
    ])
    expect(clock.now()).toBe(3_000)
    expect(network.connections).toBe(0)

    const stop = new AbortController()
    const waiting = failureOf(connect(endpoint, { ...on, signal: stop.signal }))
    stop.abort()
    expect((await waiting).code).toBe('HAWSER_ABORTED')

    const patient = connect(endpoint, on)
    network.toxics.clear()
    const connection = await clock.runUntil(patient)
    await clock.runUntil(connection.close())
    await clock.runUntil(server.close())
  })

  it('resets what was accepted, if the client has given up', async () => {
    const { on, clock, network } = setUp({ backward: { stall: true } })
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const tried = connect(endpoint, { ...on, connectTimeout: 100 })
    await clock.runUntil(failureOf(tried))
    await clock.advance(1)
    expect(server.connections.size).toBe(0)
    expect(network.connections).toBe(0)
    await server.close()
  })

  it('is refused when the server closes while the connection is on its way', async () => {
    const { on, clock } = setUp({ latency: 20 })
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const tried = failureOf(connect(endpoint, on))
    await clock.advance(10)
    await clock.runUntil(server.close())
    expect(((await clock.runUntil(tried)) as ConnectError).code).toBe('HAWSER_CONNECT_REFUSED')
    expect(clock.now()).toBe(40)
  })

  it('does not dial for a signal that has fired', async () => {
    const { network } = setUp()
    const reason = new Error('no longer wanted')
    const tried = network.dial(place, { signal: AbortSignal.abort(reason) })
    await expect(tried).rejects.toBe(reason)
  })

  it('closes a client whose peer never ends its side', async () => {
    const { on, clock, network } = setUp()
    const arrived: ScriptedPeer[] = []
    await network.listen(place, ({ transport }) => arrived.push(ScriptedPeer.over(transport)))
    const client = createClient(endpoint, on)
    await clock.runUntil(client.ready())
    await clock.runUntil(client.close())
    expect(clock.now()).toBe(1_000)
    expect(arrived).toHaveLength(1)
  })
})

describe('whole servers and clients', () => {
  it('a client comes back, with its backoff, when the server listens again', async () => {
    const { on, clock, network } = setUp({ latency: 5 })
    const first = createServer(on, echo)
    await first.listen(endpoint)
    const client = createClient<string, string>(endpoint, { ...on, random: () => 0.5 })
    const waits: number[] = []
    client.on('disconnected', ({ retryIn }) => waits.push(retryIn))
    expect(await clock.runUntil(client.request('one'))).toBe('one')

    await clock.runUntil(first.close())
    const waiting = client.request('two')
    await clock.advance(1_000)
    expect(waits.slice(0, 4)).toEqual([50, 100, 200, 400])
    const second = createServer(on, echo)
    await second.listen(endpoint)
    expect(await clock.runUntil(waiting)).toBe('two')
    await clock.runUntil(client.close())
    await clock.runUntil(second.close())
    expect(network.connections).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('a pool lends connections, up to its limit', async () => {
    const { on, clock, network } = setUp({ latency: 5 })
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const pool = createPool<string, string>(endpoint, { ...on, max: 3 })
    const asked = Array.from({ length: 50 }, (_, index) => `message ${index}`)
    const replies = Promise.all(
      asked.map(async (text) => {
        using lease = await pool.acquire()
        return await lease.request(text)
      }),
    )
    expect(await clock.runUntil(replies)).toEqual(asked)
    expect(network.connections).toBe(3)
    await clock.runUntil(pool.close())
    await clock.runUntil(server.close())
  })

  it('a chat brings what one says to the others of its room', async () => {
    const { on, clock } = setUp({ latency: 5, jitter: 3, random: () => 0.25 })
    const server = createServer<string, string>(on, {
      open: (connection) => connection.join('room'),
      message: (connection, line) =>
        connection.server.to('room').send(line, { except: connection }),
    })
    await server.listen(endpoint)
    const heard: string[][] = []
    const members: Connection<string, string>[] = []
    for (const index of [0, 1, 2]) {
      const own: string[] = []
      heard.push(own)
      const handler = { message: (_: unknown, line: string) => own.push(line) }
      const connecting = connect<string, string>(endpoint, { ...on, handler })
      members[index] = await clock.runUntil(connecting)
    }
    await members[0]?.send('hello')
    await clock.advance(50)
    await members[2]?.send('welcome')
    await clock.advance(50)
    expect(heard).toEqual([['welcome'], ['hello', 'welcome'], ['hello']])
    await clock.runUntil(Promise.all(members.map((member) => member.close())))
    await clock.runUntil(server.close())
  })

  it('refuses beyond the limits, with a goodbye', async () => {
    const { on, clock } = setUp()
    const server = createServer<string, string>(
      { ...on, maxConnections: 2, maxPerAddress: 1, goodbye: 'full' },
      echo,
    )
    await server.listen(endpoint)
    const from = (localAddress: string) =>
      connect<string, string>(endpoint, { ...on, localAddress })
    const one = await from('10.0.0.1')
    const same = await from('10.0.0.1')
    expect(await nextOf(same)).toBe('full')
    const two = await from('10.0.0.2')
    expect(await nextOf(await from('10.0.0.3'))).toBe('full')
    await clock.advance(2_000)
    expect(server.refused).toMatchObject({ limit: 1, 'per-address': 1 })
    expect(server.connections.size).toBe(2)
    await clock.runUntil(Promise.all([one.close(), two.close()]))
    await clock.runUntil(server.close())
    expect(clock.pending).toBe(0)
  })

  it('lets connections wait for room', async () => {
    const { on, clock } = setUp()
    const server = createServer<string, string>(
      { ...on, maxConnections: 1, atLimit: 'pause' },
      echo,
    )
    await server.listen(endpoint)
    const one = await connect<string, string>(endpoint, on)
    const two = await connect<string, string>(endpoint, on)
    const gone = await connect<string, string>(endpoint, on)
    await two.send('am I in?')
    gone.reset()
    await clock.advance(10)
    expect(server.connections.size).toBe(1)
    await one.close()
    expect(await clock.runUntil(nextOf(two))).toBe('am I in?')
    await two.close()
    await clock.advance(10)
    expect(server.info().accepted).toBe(2)
    await clock.runUntil(server.close())
  })

  it('is refused while the server is suspended, and not after', async () => {
    const { on } = setUp()
    const server = createServer(on, echo)
    await server.listen('tcp://127.0.0.1:0')
    const address = server.address()
    await server.suspend()
    expect((await failureOf(connect(address ?? '', on))).code).toBe('HAWSER_CONNECT_REFUSED')
    await server.resume()
    expect(server.address()).toEqual(address)
    await (await connect(address, on)).close()
    await server.close()
  })

  it('drains: what is at work ends by itself, and the rest is forced', async () => {
    const { on, clock } = setUp()
    const server = createServer<string, string>(on, {
      async message(connection, line) {
        const wait = Number(line)
        await new Promise<void>((resolve) => {
          clock.schedule(resolve, wait, true)
        })
        await connection.send('done')
      },
    })
    await server.listen(endpoint)
    const quick = await connect<string, string>(endpoint, on)
    const slow = await connect<string, string>(endpoint, on)
    await quick.send('1000')
    await slow.send('100000')
    await clock.advance(1)
    const closing = server.close({ drain: 5_000 })
    expect((await failureOf(connect(endpoint, on))).code).toBe('HAWSER_CONNECT_REFUSED')
    expect(await clock.runUntil(nextOf(quick))).toBe('done')
    expect(await clock.runUntil(closing)).toEqual({ drained: 1, forced: 1 })
    expect((await clock.runUntil(slow.closed)).reason).toBe('reset')
    expect(clock.now()).toBe(5_001)
  })

  it('half-close: what is sent after the other side has ended arrives', async () => {
    const { on, clock } = setUp({ latency: 3 })
    const server = createServer<string, string>(on, async (connection) => {
      let sum = 0
      for await (const line of connection) sum += Number(line)
      await connection.send(`${sum}`)
    })
    await server.listen(endpoint)
    const connection = await clock.runUntil(
      connect<string, string>(endpoint, { ...on, allowHalfOpen: true }),
    )
    await connection.send('3')
    await connection.send('4')
    void connection.end()
    expect(await clock.runUntil(nextOf(connection))).toBe('7')
    await clock.runUntil(connection.closed)
    await clock.runUntil(server.close())
  })

  it('resets all connections at once', async () => {
    const { on, clock, network } = setUp()
    const server = createServer(on, echo)
    await server.listen(endpoint)
    const client = createClient<string, string>(endpoint, on)
    await clock.runUntil(client.ready())
    const lost = once(client, 'disconnected')
    network.resetAll()
    await clock.runUntil(lost)
    expect(await clock.runUntil(client.request('again'))).toBe('again')
    await clock.runUntil(client.close())
    await clock.runUntil(server.close())
  })

  it('does the same again from the same chance', async () => {
    const run = async (): Promise<string[]> => {
      let seed = 1
      const random = (): number => {
        seed = (seed * 48_271) % 2_147_483_647
        return seed / 2_147_483_647
      }
      const { on, clock, network } = setUp({ latency: 20, jitter: 20, random })
      const log: string[] = []
      const server = createServer<string, string>(on, {
        message(connection, line) {
          log.push(`${clock.now().toFixed(3)} ${connection.remote?.port} ${line}`)
          if (random() < 0.1) network.resetAll()
          return connection.send(line)
        },
      })
      await server.listen(endpoint)
      const clients = Array.from({ length: 5 }, () =>
        createClient<string, string>(endpoint, { ...on, random }),
      )
      for (let round = 0; round < 20; round += 1) {
        const asked = clients.map((client) => client.request(`${round}`).catch(() => ''))
        await clock.runUntil(Promise.all(asked))
      }
      await clock.runUntil(Promise.all(clients.map((client) => client.close())))
      await clock.runUntil(server.close())
      return log
    }
    const first = await run()
    expect(first.length).toBeGreaterThan(50)
    expect(await run()).toEqual(first)
  })
})
