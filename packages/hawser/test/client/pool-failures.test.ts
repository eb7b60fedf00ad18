import { createServer, type HandlerObject, lines, type Pool, type PoolOptions } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { listenSilently } from '../bad-peers/support/silent-listener.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { portOf, serve } from '../server/support/serving.js'
import { makePool, meetPool, outcome } from './support/pools.js'

forbidStrayErrors()

/** A port of 127.0.0.1 on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return port
}

describe('when no connection can be made', () => {
  it('those who wait learn why when their time is up, and the tries come further apart', async () => {
    const clock = new VirtualClock()
    const pool = makePool(`127.0.0.1:${await closedPort()}`, { clock, random: () => 0.5 })
    const waiting = pool.acquire()
    let before: unknown
    const refused = async (): Promise<void> => {
      await until(() => pool.info().connecting === 0 && pool.info().lastError !== before)
      before = pool.info().lastError
    }
    for (const wait of [50, 100, 200, 400, 800, 1_600]) {
      await refused()
      await clock.advance(wait - 1)
      expect(pool.info().lastError).toBe(before)
      await clock.advance(1)
    }
    await refused()
    await clock.advance(1_850)
    await expect(waiting).rejects.toMatchObject({
      code: 'HAWSER_ACQUIRE_TIMEOUT',
      cause: { code: 'HAWSER_CONNECT_REFUSED' },
    })
    await expect(waiting).rejects.toThrow(/none can be made: .*nothing listens there/)
  })

  it('many who ask make one try at a time, and all are served when the server is back', async () => {
    const clock = new VirtualClock()
    const port = await closedPort()
    const pool = makePool(`127.0.0.1:${port}`, { clock, random: () => 0.5, max: 4 })
    const asked = Array.from({ length: 4 }, () => pool.acquire())
    expect(pool.info().connecting).toBe(4)
    await until(() => pool.info().connecting === 0)
    // Four that failed together are one failure.
    clock.advanceSync(50)
    expect(pool.info().connecting).toBe(1)
    await until(() => pool.info().connecting === 0)
    const server = createServer({ framing: lines() }, { message() {} })
    await server.listen({ host: '127.0.0.1', port })
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await clock.advance(100)
    for (const lease of await Promise.all(asked)) lease.release()
    expect(pool.info().lastError).toBeUndefined()
  })

  it('those who wait learn of it at once when no try could do better', async () => {
    const clock = new VirtualClock()
    const authority = await createAuthority('nobody trusts it')
    const tls = await authority.issue({ name: 'localhost', names: ['localhost', '127.0.0.1'] })
    const server = await serve({ tls })
    const options: PoolOptions<string, string> = { clock, random: () => 0.5 }
    const pool = makePool(`tls://127.0.0.1:${portOf(server)}`, options)
    const asked = [pool.acquire(), pool.acquire()]
    for (const each of asked) {
      await expect(each).rejects.toMatchObject({
        code: 'HAWSER_ACQUIRE_FAILED',
        cause: { code: 'HAWSER_TLS_CERTIFICATE_INVALID' },
      })
    }
    // And so does everybody else until it is time for another try.
    expect(await outcome(pool.acquire())).toBe('HAWSER_ACQUIRE_FAILED')
    clock.advanceSync(50)
    const later = pool.acquire()
    expect(pool.info().connecting).toBe(1)
    expect(await outcome(later)).toBe('HAWSER_ACQUIRE_FAILED')
  })

  it('a server that answers no one keeps nobody longer than acquireTimeout', async () => {
    const clock = new VirtualClock()
    const port = await listenSilently()
    const pool = makePool(`127.0.0.1:${port}`, { clock, connectTimeout: 60_000 })
    const waiting = outcome(pool.acquire())
    await clock.advance(5_000)
    expect(await waiting).toBe('HAWSER_ACQUIRE_TIMEOUT')
    await pool.close()
    expect(clock.pending).toBe(0)
  })

  it('an onConnect that fails, or does not end, is tried again after the backoff', async () => {
    const clock = new VirtualClock()
    let call = 0
    const { pool, listener } = await meetPool({
      clock,
      random: () => 0.5,
      connectTimeout: 1_000,
      async onConnect(lease) {
        call += 1
        if (call === 1) throw new Error('wrong password')
        if (call === 2) await new Promise(() => {})
        expect(await lease.request('login')).toBe('welcome')
      },
    })
    const waiting = pool.acquire()
    await (await listener.accept()).receivesReset()
    expect(pool.info().lastError).toMatchObject({
      code: 'HAWSER_HANDLER_FAILED',
      cause: { message: 'wrong password' },
    })
    await clock.advance(50)
    await listener.accept()
    await until(() => call === 2)
    await clock.advance(1_000)
    await until(() => pool.info().connecting === 0)
    expect(pool.info().lastError).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
    await clock.advance(100)
    const peer = await listener.accept()
    await peer.receives('login\n')
    await peer.send('welcome\n')
    ;(await waiting).release()
  })

  it('an onConnect that gives its lease up has failed, and so has one that leaves something', async () => {
    const clock = new VirtualClock()
    let call = 0
    const { pool, listener } = await meetPool({
      clock,
      random: () => 0.5,
      onConnect(lease) {
        call += 1
        if (call === 1) lease.discard()
        if (call === 2) void lease.request('no reply')
      },
    })
    const waiting = pool.acquire()
    for (const wait of [50, 100]) {
      await (await listener.accept()).receivesReset()
      await until(() => pool.info().connecting === 0 && pool.info().size === 0)
      await clock.advance(wait)
    }
    ;(await waiting).release()
  })
})

describe('validate', () => {
  it('is asked before each lease, and what it refuses is replaced', async () => {
    const clock = new VirtualClock()
    let isGood = true
    let asked = 0
    const { pool } = await meetPool({
      clock,
      validate: () => {
        asked += 1
        return isGood
      },
    })
    const lease = await pool.acquire()
    const { connection } = lease
    lease.release()
    const again = await pool.acquire()
    expect(again.connection).toBe(connection)
    expect(asked).toBe(2)
    again.release()
    isGood = false
    const waiting = pool.acquire()
    await until(() => asked === 4)
    isGood = true
    await until(() => pool.info().size === 0)
    await clock.advance(100)
    using third = await waiting
    expect(third.connection).not.toBe(connection)
    expect(asked).toBe(5)
  })

  it('takes no longer than validateTimeout on a server that accepts and never answers', async () => {
    const clock = new VirtualClock()
    const { pool, listener } = await meetPool({
      clock,
      random: () => 0.5,
      validate: (lease) => lease.request('ping'),
    })
    const waiting = pool.acquire()
    for (const wait of [50, 100, 200, 1_650]) {
      const peer = await listener.accept()
      await peer.receives('ping\n')
      await clock.advance(1_000)
      await peer.receivesReset()
      await until(() => pool.info().size === 0)
      await clock.advance(wait)
    }
    await expect(waiting).rejects.toMatchObject({
      code: 'HAWSER_ACQUIRE_TIMEOUT',
      cause: { code: 'HAWSER_ACQUIRE_FAILED' },
    })
  })

  it('does not let a later caller overtake one that came before', async () => {
    let slow: (() => void) | undefined
    let asked = 0
    const { pool } = await meetPool({
      max: 2,
      async validate() {
        asked += 1
        if (asked === 1) {
          await new Promise<void>((resolve) => {
            slow = resolve
          })
        }
      },
    })
    const served: string[] = []
    const first = pool.acquire().then((lease) => {
      served.push('first')
      return lease
    })
    await until(() => asked === 1)
    const second = pool.acquire().then((lease) => {
      served.push('second')
      return lease
    })
    // The second connection is ready sooner, and it is the first caller's.
    ;(await first).release()
    slow?.()
    ;(await second).release()
    expect(served).toEqual(['first', 'second'])
  })
})

describe('a connection that nobody has', () => {
  it.each(['an end', 'a reset'])('and that got %s is never lent out', async (how) => {
    const { pool, listener } = await meetPool({ max: 1 })
    const lease = await pool.acquire()
    const { connection } = lease
    const peer = await listener.accept()
    lease.release()
    if (how === 'an end') peer.end()
    else peer.reset()
    await until(() => pool.info().size === 0)
    using next = await pool.acquire()
    expect(next.connection).not.toBe(connection)
    expect(next.connection.phase).toBe('open')
  })

  it('and that ended while the process was busy is noticed before it is lent out', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    for (let each = 0; each < 20; each += 1) {
      const lease = await pool.acquire()
      const { connection } = lease
      const peer = await listener.accept()
      lease.release()
      // The end is sent at once, and not a turn passes before a connection is asked for.
      peer.close()
      using next = await pool.acquire()
      expect(next.connection).not.toBe(connection)
      expect(next.connection.phase).toBe('open')
      next.discard()
      await listener.accept()
    }
  })

  it('is reset when a message comes that nobody asked for', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    const lease = await pool.acquire()
    const peer = await listener.accept()
    const { connection } = lease
    lease.release()
    await peer.send('whose?\n')
    expect(await connection.closed).toMatchObject({
      reason: 'unexpected-reply',
      error: { code: 'HAWSER_UNEXPECTED_REPLY', message: expect.stringMatching(/onMessage/) },
    })
    using next = await pool.acquire()
    expect(next.connection).not.toBe(connection)
  })

  it('goes on when onMessage takes what comes, whatever that throws', async () => {
    const got: string[] = []
    const errors: string[] = []
    const { pool, listener } = await meetPool({
      max: 1,
      onMessage(message) {
        got.push(message)
        if (message === 'bad') throw new Error('no')
      },
      onError: (error) => errors.push(error.code),
    })
    const lease = await pool.acquire()
    const peer = await listener.accept()
    const { connection } = lease
    await peer.send('bad\n')
    await until(() => got.length === 1)
    lease.release()
    await peer.send('good\n')
    await until(() => got.length === 2)
    using next = await pool.acquire()
    expect(next.connection).toBe(connection)
    expect(errors).toEqual(['HAWSER_HANDLER_FAILED'])
  })
})

describe('a server that resets every third connection', () => {
  it('at its first request costs every third caller a reply, and nobody else', async () => {
    let count = 0
    const { pool } = await ask({
      open(connection) {
        count += 1
        connection.data = count
      },
      async message(connection, message) {
        if (Number(connection.data) % 3 === 0) connection.reset()
        else await connection.send(`re ${message}`)
      },
    })
    const outcomes: unknown[] = []
    for (let each = 0; each < 12; each += 1) outcomes.push(await askOnce(pool, `${each}`))
    expect(outcomes).toEqual(
      Array.from({ length: 12 }, (_, index) =>
        index % 3 === 2 ? 'HAWSER_DISCONNECTED' : `re ${index}`,
      ),
    )
  })

  it('as soon as it is made leaves nobody without their own reply or an error', async () => {
    let count = 0
    const { pool } = await ask({
      open(connection) {
        count += 1
        if (count % 3 === 0) connection.reset()
      },
      async message(connection, message) {
        await connection.send(`re ${message}`)
      },
    })
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) => askOnce(pool, `${index}`)),
    )
    for (const [index, each] of outcomes.entries()) {
      expect([`re ${index}`, 'HAWSER_DISCONNECTED', 'HAWSER_NOT_CONNECTED']).toContain(each)
    }
    expect(outcomes.filter((each) => String(each).startsWith('re ')).length).toBeGreaterThan(9)
    await until(() => pool.info().size === 0)
  })
})

/** A pool of two connections to a server. */
async function ask(
  handler: HandlerObject<string, string>,
): Promise<{ pool: Pool<string, string> }> {
  const server = await serve({ framing: lines() }, handler)
  return { pool: makePool(`127.0.0.1:${portOf(server)}`, { max: 2 }) }
}

/** One request on a connection that nobody uses again. */
function askOnce(pool: Pool<string, string>, word: string): Promise<unknown> {
  const asked = pool.run(async (lease) => {
    try {
      return await lease.request(word)
    } finally {
      lease.discard()
    }
  })
  return outcome(asked)
}
