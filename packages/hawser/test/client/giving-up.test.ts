import { once } from 'node:events'
import { type ClientOptions, createClient, FatalError, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { rejection } from '../server/support/serving.js'
import { meetPool } from './support/pools.js'
import { leave, listenScripted } from './support/scripted.js'

forbidStrayErrors()

async function meet(options: ClientOptions<string, string> = {}) {
  const listener = await listenScripted()
  const client = createClient<string, string>(listener.address, {
    framing: lines(),
    backoff: { initial: 1, max: 1 },
    ...options,
  })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener }
}

describe('a FatalError out of onConnect', () => {
  it('closes the client, and all who wait get it as the cause', async () => {
    const wrongPassword = new FatalError('WRONGPASS')
    let calls = 0
    const { client, listener } = await meet({
      onConnect: () => {
        calls += 1
        throw wrongPassword
      },
    })
    const waiting = [client.request('a'), client.send('b'), client.ready()].map(rejection)
    const closed = once(client, 'closed')
    await leave(await listener.accept())
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: 'HAWSER_CLIENT_CLOSED', cause: wrongPassword })
    }
    expect(await rejection(client.request('later'))).toMatchObject({ cause: wrongPassword })
    expect(await closed).toMatchObject([
      { state: 'closed', error: { code: 'HAWSER_HANDLER_FAILED', cause: wrongPassword } },
    ])
    expect(calls).toBe(1)
  })

  it('refuses those who wait for a pool, at once', async () => {
    const wrongPassword = new FatalError('WRONGPASS')
    const { pool, listener } = await meetPool({
      onConnect: () => Promise.reject(wrongPassword),
    })
    const acquired = rejection(pool.acquire({ timeout: Infinity }))
    await leave(await listener.accept())
    expect(await acquired).toMatchObject({
      code: 'HAWSER_ACQUIRE_FAILED',
      cause: { code: 'HAWSER_HANDLER_FAILED', cause: wrongPassword },
    })
  })
})

describe('close({ error })', () => {
  const reason = new Error('the account was closed')

  it('of a client gives it to all that waits, now and later', async () => {
    const { client, listener } = await meet()
    const peer = await listener.accept()
    await client.ready()
    const pending = rejection(client.request('pending'))
    await peer.receives('pending\n')
    const closed = once(client, 'closed')
    const result = await client.close({ error: reason })
    expect(await pending).toMatchObject({ code: 'HAWSER_DISCONNECTED', cause: reason })
    expect(await rejection(client.send('later'))).toMatchObject({
      code: 'HAWSER_CLIENT_CLOSED',
      message: 'the client is closed and sends nothing more: the account was closed',
      cause: reason,
    })
    expect(await closed).toMatchObject([{ error: { code: 'HAWSER_CLIENT_CLOSED', cause: reason } }])
    expect(result).toEqual({ drained: 0, forced: 1 })
  })

  it('lets what is under way finish where a drain is given', async () => {
    const { client, listener } = await meet()
    const peer = await listener.accept()
    const pending = client.request('pending')
    await peer.receives('pending\n')
    const closing = client.close({ error: reason, drain: 5_000 })
    await peer.send('reply\n')
    expect(await pending).toBe('reply')
    peer.end()
    expect(await closing).toEqual({ drained: 1, forced: 0 })
    expect(await rejection(client.request('later'))).toMatchObject({ cause: reason })
  })

  it('of a pool gives it to who waits, now and later', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    const lease = pool.acquire()
    await listener.accept()
    await lease
    const waiting = rejection(pool.acquire())
    await pool.close({ error: reason })
    for (const error of [await waiting, await rejection(pool.acquire())]) {
      expect(error).toMatchObject({ code: 'HAWSER_POOL_CLOSED', cause: reason })
    }
  })

  it('takes an Error', async () => {
    const { client } = await meet()
    expect(() => void client.close({ error: 'no' as unknown as Error })).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        message: 'error is a string: it takes an Error',
      }),
    )
  })
})
