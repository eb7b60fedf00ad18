import {
  type Client,
  type ClientOptions,
  createClient,
  createServer,
  lines,
  type RequestConnection,
} from 'hawser'
import { type ScriptedListener, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { loopback, rejection } from '../server/support/serving.js'
import { meetPool } from './support/pools.js'
import { listenScripted } from './support/scripted.js'

forbidStrayErrors()

async function meet(
  options: ClientOptions<string, string> = {},
): Promise<{ client: Client<string, string>; listener: ScriptedListener }> {
  const listener = await listenScripted()
  const client = createClient<string, string>(listener.address, {
    framing: lines(),
    backoff: { initial: 1, max: 1 },
    ...options,
  })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener }
}

const resend = { resend: true } as const

describe('a request that may be carried out twice', () => {
  it('loses nothing over two kills, and repeats at most what had no reply', async () => {
    const count = 2_000
    const stored: number[] = []
    const twice = new Set<number>()
    let acknowledged = 0
    const kills = [500, 1_200]
    const server = createServer<string, string>(
      { framing: lines() },
      {
        async message(connection, line) {
          const number = Number(line)
          if (stored.includes(number)) twice.add(number)
          else stored.push(number)
          // What comes behind is stored and never acknowledged.
          if (kills[0] !== undefined && stored.length >= kills[0] + 20) {
            kills.shift()
            connection.reset()
            return
          }
          if (kills[0] !== undefined && stored.length >= kills[0]) return
          acknowledged += 1
          await connection.send('stored')
        },
      },
    )
    onTestFinished(async () => void (await server.close({ drain: 0 })))
    await server.listen(loopback)
    const shipper = createClient<string, string>(server.address(), {
      framing: lines(),
      backoff: { initial: 1, max: 1 },
      maxPending: 100,
    })
    onTestFinished(async () => void (await shipper.close({ drain: 0 })))
    const numbers = Array.from({ length: count }, (_, number) => number)
    const replies = await Promise.all(numbers.map((each) => shipper.request(`${each}`, resend)))
    expect(new Set(replies)).toEqual(new Set(['stored']))
    expect(stored).toEqual(numbers)
    expect(kills).toEqual([])
    expect(acknowledged).toBeGreaterThanOrEqual(count)
    expect(twice.size).toBeGreaterThan(0)
    expect(twice.size).toBeLessThanOrEqual(200)
  })

  it('goes first on the next connection, before what waited', async () => {
    const { client, listener } = await meet({ maxPending: 2 })
    const first = await listener.accept()
    const replies = ['a', 'b', 'c'].map((each) => client.request(each, resend))
    await first.receives('a\nb\n')
    await first.send('A\n')
    await first.receives('c\n')
    first.reset()
    const second = await listener.accept()
    await second.receives('b\nc\n')
    await second.send('B\nC\n')
    expect(await Promise.all(replies)).toEqual(['A', 'B', 'C'])
    expect(client.info()).toMatchObject({ queued: 0, queuedBytes: 0, pending: 0 })
  })

  it('beside others is the only one that is kept', async () => {
    const { client, listener } = await meet()
    const first = await listener.accept()
    const ofOnce = rejection(client.request('once'))
    const again = client.request('again', resend)
    await first.receives('once\nagain\n')
    first.reset()
    expect(await ofOnce).toMatchObject({ code: 'HAWSER_DISCONNECTED' })
    const second = await listener.accept()
    await second.receives('again\n')
    await second.send('done\n')
    expect(await again).toBe('done')
  })

  it('whose reply was half there gets the whole one', async () => {
    const { client, listener } = await meet()
    const first = await listener.accept()
    const reply = client.request('list', { ...resend, until: (line) => line === '.' })
    await first.receives('list\n')
    await first.send('one\ntwo\n')
    first.end()
    const second = await listener.accept()
    await second.receives('list\n')
    await second.send('one\ntwo\nthree\n.\n')
    expect(await reply).toEqual(['one', 'two', 'three', '.'])
  })

  it('whose until throws is not sent again, and the others are', async () => {
    const told: string[] = []
    const { client, listener } = await meet({ onError: (error) => void told.push(error.code) })
    const failure = new Error('a mistake in the program')
    const until = (): boolean => {
      throw failure
    }
    const first = await listener.accept()
    const failing = rejection(client.request('a', { ...resend, until, timeout: Infinity }))
    const sound = client.request('b', resend)
    await first.receives('a\nb\n')
    await first.send('reply to a\n')
    first.end()
    expect(await failing).toMatchObject({
      code: 'HAWSER_DISCONNECTED',
      cause: { code: 'HAWSER_HANDLER_FAILED', cause: failure },
    })
    const second = await listener.accept()
    await second.receives('b\n')
    await second.send('reply to b\n')
    expect(await sound).toBe('reply to b')
    expect(told).toEqual(['HAWSER_HANDLER_FAILED'])
  })

  it('has one timeout for all tries', async () => {
    const clock = new VirtualClock()
    const { client, listener } = await meet({ clock, random: () => 0 })
    const first = await listener.accept()
    const late = rejection(client.request('a', { ...resend, timeout: 10_000 }))
    await first.receives('a\n')
    await clock.advance(6_000)
    first.reset()
    await client.connection?.closed
    await clock.advance(1)
    const second = await listener.accept()
    await second.receives('a\n')
    await clock.advance(4_000)
    expect(await late).toMatchObject({ code: 'HAWSER_REQUEST_TIMEOUT' })
  })

  it('that was sent, and waits for a connection, may have been carried out', async () => {
    const clock = new VirtualClock()
    const { client, listener } = await meet({
      clock,
      random: () => 0.9,
      backoff: { initial: 60_000, max: 60_000 },
    })
    const first = await listener.accept()
    const late = rejection(client.request('a', { ...resend, timeout: 10_000 }))
    const closed = rejection(client.request('b', { ...resend, timeout: Infinity }))
    await first.receives('a\nb\n')
    first.reset()
    await client.connection?.closed
    const neverSent = rejection(client.request('c', { ...resend, timeout: 10_000 }))
    await clock.advance(10_000)
    expect(await late).toMatchObject({
      code: 'HAWSER_REQUEST_TIMEOUT',
      message:
        'no reply came in 10000 ms and the connection was lost: the request may have been carried out or not, so repeat it only if that does no harm (timeout)',
      cause: { code: 'HAWSER_CONNECTION_RESET' },
    })
    expect(await neverSent).toMatchObject({ code: 'HAWSER_QUEUE_TIMEOUT' })
    const reason = new Error('the account was closed')
    const alsoNeverSent = rejection(client.request('d', resend))
    await client.close({ error: reason })
    expect(await closed).toMatchObject({ code: 'HAWSER_DISCONNECTED', cause: reason })
    expect(await alsoNeverSent).toMatchObject({ code: 'HAWSER_CLIENT_CLOSED', cause: reason })
  })

  it('given up between two connections is not sent again', async () => {
    const clock = new VirtualClock()
    const { client, listener } = await meet({
      clock,
      random: () => 1,
      backoff: { initial: 1_000, max: 1_000 },
    })
    const abort = new AbortController()
    const first = await listener.accept()
    const given = rejection(client.request('a', { ...resend, signal: abort.signal }))
    const kept = client.request('b', resend)
    await first.receives('a\nb\n')
    first.reset()
    await client.connection?.closed
    abort.abort()
    expect(await given).toMatchObject({ code: 'HAWSER_ABORTED' })
    await clock.advance(1_000)
    const second = await listener.accept()
    await second.receives('b\n')
    await second.send('B\n')
    expect(await kept).toBe('B')
  })

  it('is rejected when its client is closed', async () => {
    const { client, listener } = await meet()
    const first = await listener.accept()
    const asked = rejection(client.request('a', resend))
    await first.receives('a\n')
    await client.close({ drain: 0 })
    expect(await asked).toMatchObject({ code: 'HAWSER_DISCONNECTED' })
  })

  it('is kept in so much memory, and no more', async () => {
    const { client, listener } = await meet({ maxQueuedBytes: 10_000 })
    const peer = await listener.accept()
    await client.ready()
    const message = 'x'.repeat(3_000)
    const asked = [1, 2, 3].map(() => client.request(message, resend))
    expect(await rejection(asked.pop() ?? Promise.resolve())).toMatchObject({
      code: 'HAWSER_QUEUE_FULL',
    })
    await peer.receives(`${message}\n${message}\n`)
    await peer.send('1\n2\n')
    expect(await Promise.all(asked)).toEqual(['1', '2'])
    const more = client.request(message, resend)
    await peer.receives(`${message}\n`)
    await peer.send('3\n')
    expect(await more).toBe('3')
  })
})

describe('resend is refused where there is no next connection', () => {
  const refused = expect.objectContaining({
    code: 'HAWSER_INVALID_OPTION',
    option: 'resend',
  }) as Error

  it('in onConnect, and with requestStream', async () => {
    let error: unknown
    const { client, listener } = await meet({
      onConnect: ({ request }: RequestConnection<string, string>) => {
        try {
          void request('login', resend)
        } catch (thrown) {
          error = thrown
        }
      },
    })
    await listener.accept()
    await client.ready()
    expect(error).toEqual(refused)
    const options = { ...resend, until: () => true }
    expect(() => client.requestStream('list', options)).toThrow(refused)
  })

  it("with whileDown: 'refuse', and on a lease", async () => {
    const { client } = await meet({ whileDown: 'refuse' })
    expect(() => void client.request('a', resend)).toThrow(refused)
    const { pool, listener } = await meetPool()
    const acquired = pool.acquire()
    await listener.accept()
    using lease = await acquired
    expect(() => void lease.request('a', resend)).toThrow(refused)
  })
})
