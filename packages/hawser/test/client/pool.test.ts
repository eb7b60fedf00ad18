import { type Lease, TimeoutError } from 'hawser'
import { type ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { makePool, meetPool, outcome } from './support/pools.js'

forbidStrayErrors()

type Texts = Lease<string, string>

/** One request and its reply, seen from both sides. */
async function converse(lease: Texts, peer: ScriptedPeer, word: string): Promise<void> {
  const reply = lease.request(word)
  await peer.receives(`${word}\n`)
  await peer.send(`re ${word}\n`)
  expect(await reply).toBe(`re ${word}`)
}

describe('a pool', () => {
  it('makes connections when they are asked for, and lends the last used one again', async () => {
    const { pool, listener } = await meetPool()
    expect(pool.info()).toMatchObject({ size: 0, connecting: 0 })
    const first = await pool.acquire()
    const second = await pool.acquire()
    const [peer] = [await listener.accept(), await listener.accept()]
    await converse(first, peer, 'a')
    const { connection } = first
    second.release()
    first.release()
    expect(pool.info()).toMatchObject({ size: 2, idle: 2, leased: 0, created: 2 })
    using third = await pool.acquire()
    expect(third.connection).toBe(connection)
    await converse(third, peer, 'b')
  })

  it('gives a lease back at the end of the block', async () => {
    const { pool } = await meetPool()
    {
      using lease = await pool.acquire()
      expect(pool.info()).toMatchObject({ leased: 1, idle: 0 })
      expect(lease.released).toBe(false)
    }
    expect(pool.info()).toMatchObject({ leased: 0, idle: 1 })
  })

  it('never makes more than max, whoever asks while they are being made', async () => {
    const { pool, listener } = await meetPool({ max: 3 })
    const asked = Array.from({ length: 8 }, () => pool.acquire())
    expect(pool.info()).toMatchObject({ connecting: 3, waiting: 8 })
    const leases = await Promise.all(asked.slice(0, 3))
    expect(pool.info()).toMatchObject({ size: 3, connecting: 0, leased: 3, waiting: 5 })
    leases[0]?.discard()
    // Its place is free once it is closed.
    const fourth = await asked[3]
    expect(pool.info()).toMatchObject({ size: 3, created: 4, waiting: 4 })
    for (let each = 0; each < 4; each += 1) await listener.accept()
    for (const lease of [...leases, fourth]) lease?.release()
    for (const later of asked.slice(4)) (await later).release()
    expect(pool.info()).toMatchObject({ size: 3, created: 4, waiting: 0, idle: 3 })
  })

  it('serves those who wait in the order they came, though some give up', async () => {
    const { pool } = await meetPool({ max: 1 })
    const first = await pool.acquire()
    const served: number[] = []
    const abort = new AbortController()
    const asked = Array.from({ length: 5 }, async (_, index) => {
      const options = index === 2 ? { signal: abort.signal } : {}
      using _lease = await pool.acquire(options)
      served.push(index)
    })
    abort.abort()
    expect(await outcome(asked[2] as Promise<void>)).toBe('HAWSER_ABORTED')
    first.release()
    await Promise.all(asked.filter((_, index) => index !== 2))
    expect(served).toEqual([0, 1, 3, 4])
  })

  it('lets nobody wait longer than acquireTimeout', async () => {
    const clock = new VirtualClock()
    const { pool } = await meetPool({ max: 1, clock })
    using _held = await pool.acquire()
    const late = pool.acquire()
    const sooner = pool.acquire({ timeout: 100 })
    await clock.advance(100)
    expect(await outcome(sooner)).toBe('HAWSER_ACQUIRE_TIMEOUT')
    await clock.advance(4_899)
    expect(pool.info().waiting).toBe(1)
    await clock.advance(1)
    await expect(late).rejects.toThrow(TimeoutError)
    await expect(late).rejects.toThrow(/in 5000 ms, 1 of 1 are lent out/)
    expect(pool.info().waiting).toBe(0)
  })

  it('refuses whoever would wait behind maxWaiting others', async () => {
    const { pool } = await meetPool({ max: 2, maxWaiting: 1 })
    const first = pool.acquire()
    const second = pool.acquire()
    const third = pool.acquire()
    expect(await outcome(pool.acquire())).toBe('HAWSER_POOL_EXHAUSTED')
    const lease = await first
    await second
    expect(await outcome(pool.acquire())).toBe('HAWSER_POOL_EXHAUSTED')
    lease.release()
    await third
  })

  it('with maxWaiting 0 lends what is there, and lets nobody wait for others', async () => {
    const { pool } = await meetPool({ max: 1, maxWaiting: 0 })
    const lease = await pool.acquire()
    expect(await outcome(pool.acquire())).toBe('HAWSER_POOL_EXHAUSTED')
    lease.release()
    ;(await pool.acquire()).release()
  })

  it('keeps min connections, and ends the others when nobody used them for a while', async () => {
    const clock = new VirtualClock()
    const { pool } = await meetPool({ min: 1, clock, maxIdleTime: 1_000, maxAge: Infinity })
    await until(() => pool.info().idle === 1)
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
    for (const lease of leases) lease.release()
    await clock.advance(999)
    expect(pool.info()).toMatchObject({ size: 3, idle: 3 })
    await clock.advance(1)
    expect(pool.info()).toMatchObject({ idle: 1 })
    // The played server does not end its side, and is not waited for longer than lingerTimeout.
    await clock.advance(1_000)
    await until(() => pool.info().size === 1)
    await clock.advance(100_000)
    expect(pool.info()).toMatchObject({ size: 1, idle: 1, created: 3 })
  })

  it('replaces what it keeps when the server closes it', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({ min: 1, clock, random: () => 0.5 })
    const peer = await listener.accept()
    await until(() => pool.info().idle === 1)
    peer.end()
    await until(() => pool.info().size === 0)
    expect(pool.info()).toMatchObject({ idle: 0, connecting: 0 })
    await clock.advance(50)
    await until(() => pool.info().idle === 1)
  })

  it('makes connections less and less often when the server ends each at once', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({ min: 1, clock, random: () => 0.5 })
    for (const wait of [50, 100, 200, 400]) {
      const peer = await listener.accept()
      await until(() => pool.info().idle === 1)
      peer.reset()
      await until(() => pool.info().size === 0)
      await clock.advance(wait - 1)
      expect(pool.info()).toMatchObject({ size: 0, connecting: 0 })
      await clock.advance(1)
    }
    await listener.accept()
  })

  it('lends none that is too old, and lets none end together with those made with it', async () => {
    const clock = new VirtualClock()
    const chances = [0, 0.999]
    const { pool } = await meetPool({
      clock,
      maxAge: 10_000,
      maxIdleTime: Infinity,
      random: () => chances.shift() ?? 0.5,
    })
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()])
    second.release()
    await clock.advance(8_002)
    expect(pool.info()).toMatchObject({ idle: 0, leased: 1 })
    await clock.advance(1_000)
    await until(() => pool.info().size === 1)
    await clock.advance(2_000)
    // In use it is not touched, given back it is ended.
    expect(first.connection.phase).toBe('open')
    const { connection } = first
    first.release()
    expect(connection.phase).not.toBe('open')
    using lease = await pool.acquire()
    expect(lease.connection).not.toBe(connection)
  })

  it('is given the framing, the correlation and the limits of requests', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({
      clock,
      maxPending: 1,
      maxQueued: 1,
      correlate: {
        identify: (message, sequence) => ({ message: `${sequence} ${message}`, id: sequence }),
        idOf: (message) => Number.parseInt(message, 10),
      },
    })
    using lease = await pool.acquire()
    const peer = await listener.accept()
    const first = lease.request('a')
    const second = outcome(lease.request('b', { timeout: 10 }))
    expect(await outcome(lease.request('c'))).toBe('HAWSER_QUEUE_FULL')
    await peer.receives('1 a\n')
    await clock.advance(10)
    expect(await second).toBe('HAWSER_QUEUE_TIMEOUT')
    const third = lease.request('d')
    await peer.send('1 A\n')
    expect(await first).toBe('1 A')
    await peer.receives('2 d\n')
    await peer.send('2 D\n')
    expect(await third).toBe('2 D')
  })

  it('refuses options that cannot work before it connects', () => {
    expect(() => makePool('nowhere:1', { max: 0 })).toThrow(/max is 0/)
    expect(() => makePool('nowhere:1', { max: 2, min: 3 })).toThrow(/min is 3 and max 2/)
    expect(() => makePool('http://nowhere')).toThrow(/cannot be used/)
    expect(() => makePool('nowhere:1', { maxIdleTime: 0 })).toThrow(/maxIdleTime is 0/)
    expect(() => makePool('nowhere:1', { backoff: { max: 0 } })).toThrow(/backoff\.max is 0/)
    const correlate = 'ordered' as unknown as { isPush?: undefined }
    expect(() => makePool('nowhere:1', { correlate })).toThrow(/correlate is .*takes the functions/)
  })
})

describe('pool.run', () => {
  it('lends a connection for as long as a function takes, and answers what it returns', async () => {
    const { pool, listener } = await meetPool()
    const running = pool.run(async (lease) => lease.request('a'))
    const peer = await listener.accept()
    await peer.receives('a\n')
    expect(pool.info().leased).toBe(1)
    await peer.send('A\n')
    expect(await running).toBe('A')
    expect(pool.info()).toMatchObject({ leased: 0, idle: 1 })
  })

  it('keeps the connection when the function throws an error of its own', async () => {
    const { pool } = await meetPool()
    const failure = new Error('not enough money')
    await expect(pool.run(() => Promise.reject(failure))).rejects.toBe(failure)
    expect(pool.info()).toMatchObject({ leased: 0, idle: 1 })
  })

  it('does not keep it when the error is about the connection', async () => {
    const { pool, listener } = await meetPool()
    const running = outcome(pool.run((lease) => lease.request('two\nlines')))
    expect(await running).toBe('HAWSER_MESSAGE_INVALID')
    await (await listener.accept()).receivesReset()
    await until(() => pool.info().size === 0)
  })
})

describe('a lease', () => {
  it('may be given back twice, and cannot be used afterwards', async () => {
    const { pool } = await meetPool({ max: 1 })
    const lease = await pool.acquire()
    lease.release()
    const next = await pool.acquire()
    lease.release()
    lease.discard()
    lease[Symbol.dispose]()
    expect(lease.released).toBe(true)
    expect(pool.info()).toMatchObject({ leased: 1, size: 1 })
    expect(next.connection.phase).toBe('open')
    expect(() => lease.connection).toThrow(
      expect.objectContaining({ code: 'HAWSER_LEASE_RELEASED' }),
    )
    expect(() => lease[Symbol.asyncIterator]()).toThrow(/was released/)
    expect(await outcome(lease.request('a'))).toBe('HAWSER_LEASE_RELEASED')
  })

  it('that was discarded takes its connection with it', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    const lease = await pool.acquire()
    const peer = await listener.accept()
    lease.discard()
    await peer.receivesReset()
    using next = await pool.acquire()
    await converse(next, await listener.accept(), 'a')
  })

  it.each([
    ['a request has no reply yet', (lease: Texts) => void lease.request('a').catch(() => {}), ''],
    ['a message was not taken', () => {}, 'news\n'],
    ['a message has begun to arrive', () => {}, 'ne'],
  ])(
    'given back while %s is reset, so that nobody gets what is not theirs',
    async (_, act, bytes) => {
      const { pool, listener } = await meetPool({ max: 1 })
      const lease = await pool.acquire()
      const peer = await listener.accept()
      const { connection } = lease
      act(lease)
      if (bytes !== '') await peer.send(bytes)
      await until(() => connection.bytesRead === bytes.length)
      lease.release()
      await peer.receivesReset()
      using next = await pool.acquire()
      await converse(next, await listener.accept(), 'b')
    },
  )

  it('given back after a request timed out is reset: its reply may still come', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({ clock, max: 1 })
    const lease = await pool.acquire()
    const peer = await listener.accept()
    const request = outcome(lease.request('a', { timeout: 10 }))
    await peer.receives('a\n')
    await clock.advance(10)
    expect(await request).toBe('HAWSER_REQUEST_TIMEOUT')
    lease.release()
    await peer.receivesReset()
  })

  it('settles its requests when the connection is lost, and its place is free at once', async () => {
    const { pool, listener } = await meetPool({ max: 1, maxPending: 1 })
    using lease = await pool.acquire()
    const peer = await listener.accept()
    const requests = [lease.request('a'), lease.request('b')].map(outcome)
    await peer.receives('a\n')
    peer.reset()
    expect(await Promise.all(requests)).toEqual(['HAWSER_DISCONNECTED', 'HAWSER_NOT_CONNECTED'])
    expect(await outcome(lease.request('c'))).toBe('HAWSER_NOT_CONNECTED')
    using next = await pool.acquire()
    await converse(next, await listener.accept(), 'd')
  })

  it('may abort a request', async () => {
    const { pool, listener } = await meetPool()
    using lease = await pool.acquire()
    const peer = await listener.accept()
    const abort = new AbortController()
    const request = outcome(lease.request('a', { signal: abort.signal }))
    await peer.receives('a\n')
    abort.abort()
    expect(await request).toBe('HAWSER_ABORTED')
    expect(await outcome(lease.request('b', { signal: abort.signal }))).toBe('HAWSER_ABORTED')
    expect(() => lease.request('c', { timeout: Number.NaN })).toThrow(/timeout is NaN/)
    expect(() => pool.acquire({ timeout: 0 })).toThrow(/timeout is 0/)
  })

  it('has its place in the queue back when a request is aborted that a blocked outbox held up', async () => {
    const { pool } = await meetPool({ maxQueued: 1 }, { reading: false })
    using lease = await pool.acquire()
    const { connection } = lease
    while (connection.canSend) {
      void connection.send('x'.repeat(500_000))
      await new Promise(setImmediate)
    }
    const abort = new AbortController()
    const first = outcome(lease.request('a', { signal: abort.signal }))
    expect(await outcome(lease.request('b'))).toBe('HAWSER_QUEUE_FULL')
    abort.abort()
    expect(await first).toBe('HAWSER_ABORTED')
    const next = outcome(lease.request('c'))
    lease.discard()
    expect(await next).toBe('HAWSER_NOT_CONNECTED')
  })

  it('is iterated over for what answers no request, until it ends or is given back', async () => {
    const { pool, listener } = await meetPool()
    const lease = await pool.acquire()
    const peer = await listener.accept()
    await lease.connection.send('subscribe')
    await peer.receives('subscribe\n')
    await peer.send('one\ntwo\n')
    const got: string[] = []
    for await (const message of lease) {
      got.push(message)
      if (got.length === 2) break
    }
    expect(got).toEqual(['one', 'two'])
    const rest = lease[Symbol.asyncIterator]().next()
    lease.release()
    expect(await rest).toEqual({ done: true, value: undefined })
    using next = await pool.acquire()
    const reset = next[Symbol.asyncIterator]().next()
    peer.reset()
    expect(await outcome(reset)).toBe('HAWSER_CONNECTION_RESET')
  })
})

it('what was kept of a lease takes no message of whoever has the connection next', async () => {
  const { pool, listener } = await meetPool({ max: 1 })
  const lease = await pool.acquire()
  const peer = await listener.accept()
  const kept = lease[Symbol.asyncIterator]()
  lease.release()
  using next = await pool.acquire()
  await peer.send('for the next\n')
  const theirs = next[Symbol.asyncIterator]()
  expect(await kept.next()).toEqual({ done: true, value: undefined })
  expect(await theirs.next()).toEqual({ done: false, value: 'for the next' })
})

it('twenty connections that log in at once are no leak of listeners', async () => {
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  let asked = 0
  const { pool } = await meetPool({
    max: 20,
    async onConnect() {
      asked += 1
      await until(() => asked === 20)
    },
  })
  const leases = await Promise.all(Array.from({ length: 20 }, () => pool.acquire()))
  for (const lease of leases) lease.release()
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(warnings).toEqual([])
})

describe('closing a pool', () => {
  it('refuses who waits, waits for leases, and leaves nothing behind', async () => {
    const clock = new VirtualClock()
    const abort = new AbortController()
    const { pool, listener } = await meetPool({ clock, max: 2, signal: abort.signal })
    const lease = await pool.acquire()
    const peer = await listener.accept()
    const idle = await pool.acquire()
    const waiting = outcome(pool.acquire())
    const closing = pool.close()
    idle.release()
    expect(await waiting).toBe('HAWSER_POOL_CLOSED')
    expect(await outcome(pool.acquire())).toBe('HAWSER_POOL_CLOSED')
    await converse(lease, peer, 'last words')
    lease.release()
    await peer.receivesEnd()
    peer.end()
    ;(await listener.accept()).end()
    expect(await closing).toEqual({ drained: 2, forced: 0 })
    expect(pool.info()).toMatchObject({ size: 0, idle: 0, leased: 0, connecting: 0, waiting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('resets what is not given back in time', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({ clock })
    using lease = await pool.acquire()
    const peer = await listener.accept()
    const request = outcome(lease.request('a'))
    const closing = pool.close({ drain: 1_000 })
    await clock.advance(999)
    expect(lease.connection.phase).toBe('open')
    await clock.advance(1)
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    await peer.receivesReset()
    expect(await request).toBe('HAWSER_DISCONNECTED')
    expect(clock.pending).toBe(0)
  })

  it('a second time waits no longer than the shorter of the two drains', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({ clock, max: 2 })
    const [good, stuck] = await Promise.all([pool.acquire(), pool.acquire()])
    await listener.accept()
    const closing = pool.close({ drain: 60_000 })
    void pool.close({ drain: 100_000 })
    void pool.close({ drain: 500 })
    good?.release()
    await clock.advance(499)
    expect(stuck?.connection.phase).toBe('open')
    await clock.advance(1)
    expect(await closing).toEqual({ drained: 1, forced: 1 })
    expect(clock.pending).toBe(0)
  })

  it('is cut short by a signal', async () => {
    const { pool } = await meetPool()
    using _lease = await pool.acquire()
    const abort = new AbortController()
    const closing = pool.close({ drain: Infinity, signal: abort.signal })
    abort.abort()
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    expect(() => pool.close({ drain: Number.NaN })).toThrow(/drain is NaN/)
  })

  it('ends connections that are being made, at whatever they are', async () => {
    const clock = new VirtualClock()
    const abort = new AbortController()
    const { pool } = await meetPool({
      clock,
      signal: abort.signal,
      onConnect: () => new Promise(() => {}),
    })
    const waiting = outcome(pool.acquire())
    expect(pool.info().connecting).toBe(1)
    abort.abort()
    expect(await waiting).toBe('HAWSER_POOL_CLOSED')
    await pool.close()
    expect(pool.info()).toMatchObject({ size: 0, connecting: 0 })
    expect(clock.pending).toBe(0)
  })

  it('a second time with drain 0 waits no longer', async () => {
    const { pool } = await meetPool()
    using _lease = await pool.acquire()
    const closing = pool.close({ drain: Infinity })
    await pool.close({ drain: 0 })
    await closing
  })
})
