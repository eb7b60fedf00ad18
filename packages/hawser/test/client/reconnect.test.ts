import { once } from 'node:events'
import { type ClientOptions, type ClientStatus, createClient, HawserError, lines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { portOf, serve } from '../server/support/serving.js'

forbidStrayErrors()

/** A client that is closed when the test ends. */
function make(
  endpoint: Parameters<typeof createClient>[0],
  options: ClientOptions<string, string> = {},
): ReturnType<typeof createClient<string, string>> {
  const client = createClient<string, string>(endpoint, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return client
}

async function listen(port = 0): ReturnType<typeof ScriptedPeer.listen> {
  const listener = await ScriptedPeer.listen({ port })
  onTestFinished(() => listener.close())
  return listener
}

/** A port of 127.0.0.1 on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return port
}

function outcome(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: unknown) => (error instanceof HawserError ? error.code : error))
}

describe('a client', () => {
  it('comes back, and lets onConnect log in before what waited', async () => {
    const listener = await listen()
    const client = make(listener.address, {
      async onConnect({ connection, request }) {
        expect(await request('login')).toBe('welcome')
        await connection.send('subscribe')
      },
    })
    const early = client.request('early')
    for (const [question, answer] of [
      ['early', early],
      ['again', undefined],
    ] as const) {
      const peer = await listener.accept()
      const reply = answer ?? client.request(question)
      await peer.receives('login\n')
      await peer.send('welcome\n')
      await peer.receives(`subscribe\n${question}\n`)
      await peer.send('yes\n')
      expect(await reply).toBe('yes')
      const disconnected = once(client, 'disconnected')
      peer.reset()
      await disconnected
    }
    expect(client.info().connections).toBe(2)
  })

  it('says what it is at, as a loop and as events', async () => {
    const listener = await listen()
    const client = make(listener.address)
    const events: string[] = []
    for (const name of ['connecting', 'connected', 'disconnected', 'closed'] as const) {
      client.on(name, ({ state }: ClientStatus) => events.push(state))
    }
    const seen: ClientStatus[] = []
    const watching = (async () => {
      for await (const status of client.status) seen.push(status)
    })()
    const first = await listener.accept()
    await client.ready()
    first.reset()
    await listener.accept()
    await until(() => client.info().connections === 2)
    await client.close()
    await watching
    expect(seen).toMatchObject([
      { state: 'connecting', attempt: 1 },
      { state: 'connected' },
      { state: 'disconnected', info: { reason: 'reset', by: 'remote' } },
      { state: 'connecting', attempt: 1 },
      { state: 'connected' },
      { state: 'closed' },
    ])
    expect(events).toEqual(seen.slice(1).map(({ state }) => state))
    expect(client.eventNames()).not.toContain('abort')
  })

  it('waits longer after each failure, at most as long as its jitter says', async () => {
    const clock = new VirtualClock()
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { clock, random: () => 0.5 })
    const waits: number[] = []
    let disconnected = once(client, 'disconnected')
    for (let each = 0; each < 12; each += 1) {
      const [status] = (await disconnected) as [{ retryIn: number; error: unknown }]
      expect(status.error).toMatchObject({ code: 'HAWSER_CONNECT_REFUSED' })
      waits.push(status.retryIn)
      disconnected = once(client, 'disconnected')
      await clock.advance(status.retryIn)
    }
    expect(waits).toEqual([
      50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000,
    ])
  })

  it('forgets its failures once it was connected for ten seconds', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, { clock, random: () => 0.5 })
    const waits: number[] = []
    for (const up of [0, 0, 0, 10_000, 0]) {
      const peer = await listener.accept()
      await until(() => client.status.state === 'connected')
      await clock.advance(up)
      const disconnected = once(client, 'disconnected')
      peer.reset()
      const [status] = (await disconnected) as [{ retryIn: number }]
      waits.push(status.retryIn)
      await clock.advance(status.retryIn)
    }
    expect(waits).toEqual([50, 100, 200, 50, 100])
  })

  it('gives up after as many tries as were asked for, and says why', async () => {
    const clock = new VirtualClock()
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { clock, maxReconnects: 2 })
    const waiting = outcome(client.request('never'))
    const closed = once(client, 'closed')
    const ready = outcome(client.ready())
    let disconnected = once(client, 'disconnected')
    for (let each = 0; each < 2; each += 1) {
      const [{ retryIn }] = (await disconnected) as [{ retryIn: number }]
      disconnected = once(client, 'disconnected')
      await clock.advance(retryIn)
    }
    expect(await closed).toMatchObject([{ error: { code: 'HAWSER_CONNECT_REFUSED' } }])
    expect(await waiting).toBe('HAWSER_CLIENT_CLOSED')
    expect(await ready).toBe('HAWSER_CLIENT_CLOSED')
  })

  it('counts the tries that fail in a row, and a connection that held begins a new row', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, { clock, maxReconnects: 1 })
    const ends = [
      [0, 'disconnected'],
      [10_000, 'disconnected'],
      [0, 'closed'],
    ] as const
    for (const [up, event] of ends) {
      const peer = await listener.accept()
      await client.ready()
      await clock.advance(up)
      const ended = once(client, event)
      peer.reset()
      const [{ retryIn = 0 }] = (await ended) as [{ retryIn?: number }]
      await clock.advance(retryIn)
    }
  })

  it('does not come back when no reconnect is allowed', async () => {
    const listener = await listen()
    const client = make(listener.address, { maxReconnects: 0 })
    const closed = once(client, 'closed')
    const peer = await listener.accept()
    await client.ready()
    peer.reset()
    expect(await closed).toMatchObject([{ error: { code: 'HAWSER_CONNECTION_RESET' } }])
  })

  it('dials again when onConnect fails, or does not end', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    let call = 0
    const client = make(listener.address, {
      clock,
      random: () => 0,
      connectTimeout: 1_000,
      async onConnect() {
        call += 1
        if (call === 1) throw new Error('wrong password')
        if (call === 2) await new Promise(() => {})
      },
    })
    const failed = once(client, 'disconnected')
    const first = await listener.accept()
    expect(await failed).toMatchObject([
      {
        error: {
          code: 'HAWSER_HANDLER_FAILED',
          message: 'onConnect failed and the connection is reset: wrong password',
          cause: { message: 'wrong password' },
        },
      },
    ])
    await first.receivesReset()
    await clock.advance(0)
    await listener.accept()
    await until(() => call === 2)
    const expired = once(client, 'disconnected')
    await clock.advance(1_000)
    expect(await expired).toMatchObject([{ error: { code: 'HAWSER_CONNECT_TIMEOUT' } }])
    await clock.advance(0)
    await listener.accept()
    await client.ready()
  })

  it('goes on when the connection is lost while onConnect is at work', async () => {
    const listener = await listen()
    let call = 0
    const client = make(listener.address, {
      async onConnect({ request }) {
        call += 1
        if (call === 1) await request('login')
      },
    })
    const peer = await listener.accept()
    await peer.receives('login\n')
    peer.reset()
    await listener.accept()
    await client.ready()
    expect(call).toBe(2)
  })

  it('says so when the connection ends in order while onConnect is at work', async () => {
    const listener = await listen()
    const client = make(listener.address, { onConnect: () => new Promise(() => {}) })
    const disconnected = once(client, 'disconnected')
    const peer = await listener.accept()
    peer.end()
    expect(await disconnected).toMatchObject([{ error: { code: 'HAWSER_CONNECTION_CLOSED' } }])
  })
})

describe('messages sent while there is no connection', () => {
  it('wait, are bounded, and leave in order', async () => {
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { maxQueued: 3 })
    const sent = ['a', 'b', 'c'].map((each) => client.send(each))
    expect(await outcome(client.send('d'))).toBe('HAWSER_QUEUE_FULL')
    const listener = await listen(port)
    const peer = await listener.accept()
    await peer.receives('a\nb\nc\n')
    await Promise.all(sent)
  })

  it('wait no longer than they may', async () => {
    const clock = new VirtualClock()
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { clock, queueTimeout: 500, random: () => 0.99 })
    const sent = outcome(client.send('old'))
    const asked = outcome(client.request('old', { timeout: 700 }))
    await clock.advance(500)
    expect(await sent).toBe('HAWSER_QUEUE_TIMEOUT')
    expect(client.info().queued).toBe(1)
    await clock.advance(200)
    expect(await asked).toBe('HAWSER_QUEUE_TIMEOUT')
    expect(client.info().queued).toBe(0)
  })

  it('leave their place when they are given up', async () => {
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { maxQueued: 2, clock: new VirtualClock() })
    const abort = new AbortController()
    const { signal } = abort
    const given = ['a', 'b'].map((each) => outcome(client.request(each, { signal })))
    expect(await outcome(client.send('c'))).toBe('HAWSER_QUEUE_FULL')
    abort.abort()
    expect(await Promise.all(given)).toEqual(['HAWSER_ABORTED', 'HAWSER_ABORTED'])
    expect(client.info().queued).toBe(0)
    void client.send('c')
    expect(client.info().queued).toBe(1)
  })

  it('are refused when that is asked for', async () => {
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { whileDown: 'refuse' })
    await once(client, 'disconnected')
    expect(await outcome(client.send('a'))).toBe('HAWSER_NOT_CONNECTED')
    expect(await outcome(client.request('a'))).toBe('HAWSER_NOT_CONNECTED')
  })
})

describe('a heartbeat', () => {
  const heartbeat = { every: 15_000, misses: 2, ping: 'ping' }

  it('finds out within 45 s that the peer says nothing any more', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, { clock, heartbeat, random: () => 0 })
    const peer = await listener.accept()
    await client.ready()
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await peer.send('pong\n')
    await until(() => client.info().pending === 0)
    const disconnected = once(client, 'disconnected')
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await clock.advance(15_000)
    expect(client.status.state).toBe('connected')
    await clock.advance(15_000)
    expect(await disconnected).toMatchObject([{ info: { reason: 'heartbeat-timeout' } }])
    await clock.advance(0)
    await listener.accept()
    await client.ready()
  })

  it('keeps its answers from whoever takes messages', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, {
      clock,
      heartbeat: { ...heartbeat, isPong: (message) => message === 'pong' },
      correlate: { isPush: () => true },
    })
    const peer = await listener.accept()
    await client.ready()
    await clock.advance(15_000)
    await peer.receives('ping\n')
    await peer.send('pong\nnews\n')
    const messages = client[Symbol.asyncIterator]()
    expect((await messages.next()).value).toBe('news')
  })

  it('takes no peer to have vanished that it does not read from', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    let taken: (() => void) | undefined
    const client = make(listener.address, {
      clock,
      heartbeat,
      framing: lines({ maxFrame: 1_000 }),
      inbox: 1_000,
      correlate: { isPush: () => true },
      onMessage: () =>
        new Promise<void>((resolve) => {
          taken = resolve
        }),
    })
    const peer = await listener.accept()
    await client.ready()
    await peer.send('news\n'.repeat(1_000))
    await until(() => client.connection?.bytesRead === 5_000)
    for (let each = 0; each < 3; each += 1) await clock.advance(15_000)
    expect(taken).toBeDefined()
    expect(client.status.state).toBe('connected')
  })

  it('ends a connection for which there is no ping', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const ping = (): string => {
      throw new Error('out of pings')
    }
    const client = make(listener.address, { clock, heartbeat: { every: 15_000, ping } })
    await listener.accept()
    await client.ready()
    const disconnected = once(client, 'disconnected')
    await clock.advance(15_000)
    expect(await disconnected).toMatchObject([
      {
        info: {
          error: {
            code: 'HAWSER_HANDLER_FAILED',
            message: expect.stringContaining('out of pings'),
          },
        },
      },
    ])
  })

  it('takes no request by its answers, where these overtake replies', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const isPong = (message: string): boolean => message === 'pong'
    const client = make(listener.address, { clock, heartbeat: { ...heartbeat, isPong } })
    const peer = await listener.accept()
    await client.ready()
    const reply = client.request('slow')
    await clock.advance(15_000)
    await peer.receives('slow\nping\n')
    await peer.send('pong\nright\n')
    expect(await reply).toBe('right')
  })
})

it('a client that is closed leaves no timer and no listener behind', async () => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const port = await closedPort()
  const client = make(`127.0.0.1:${port}`, { clock, signal: abort.signal })
  const waiting = outcome(client.request('never'))
  await once(client, 'disconnected')
  abort.abort()
  await once(client, 'closed')
  expect(await waiting).toBe('HAWSER_CLIENT_CLOSED')
  expect(clock.pending).toBe(0)
})
