import { once } from 'node:events'
import {
  type Client,
  type ClientOptions,
  createClient,
  HawserError,
  lines,
  type RequestConnection,
} from 'hawser'
import { type ScriptedListener, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { meetPool, outcome } from './support/pools.js'
import { listenScripted } from './support/scripted.js'

forbidStrayErrors()

async function meet(
  options: ClientOptions<string, string>,
): Promise<{ client: Client<string, string>; listener: ScriptedListener }> {
  const listener = await listenScripted()
  const client = createClient<string, string>(listener.address, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener }
}

/** One login for a client, for a pool, and for a lease at hand. */
async function logIn({ connection, request }: RequestConnection<string, string>): Promise<string> {
  await connection.send('hello')
  return request('password', { timeout: 1_000 })
}

describe('onConnect', () => {
  it('of a client and of a pool takes the same function, and so does a lease', async () => {
    const { client, listener } = await meet({ onConnect: logIn })
    const first = await listener.accept()
    await first.receives('hello\npassword\n')
    await first.send('welcome\n')
    await client.ready()
    const { pool, listener: other } = await meetPool({ onConnect: logIn })
    const acquired = pool.acquire()
    const second = await other.accept()
    await second.receives('hello\npassword\n')
    await second.send('welcome\n')
    using lease = await acquired
    const again = logIn(lease)
    await second.receives('hello\npassword\n')
    await second.send('welcome back\n')
    expect(await again).toBe('welcome back')
  })

  it('of a client may make more requests than may be pending: they wait, ahead of all others', async () => {
    const replies: unknown[] = []
    const { client, listener } = await meet({
      maxPending: 1,
      onConnect: async ({ request }) => {
        replies.push(...(await Promise.all([request('one'), request('two')])))
      },
    })
    const later = client.request('three')
    const peer = await listener.accept()
    await peer.receives('one\n')
    await peer.send('1\n')
    await peer.receives('two\n')
    await peer.send('2\n')
    await peer.receives('three\n')
    await peer.send('3\n')
    expect([...replies, await later]).toEqual(['1', '2', '3'])
  })

  it('of a client may give a request up', async () => {
    const abort = new AbortController()
    const codes: unknown[] = []
    const { client, listener } = await meet({
      onConnect: async ({ request }) => {
        const { signal } = abort
        codes.push(await outcome(request('what is new?', { signal })))
        codes.push(await outcome(request('again?', { signal })))
      },
    })
    const peer = await listener.accept()
    await peer.receives('what is new?\n')
    abort.abort()
    await client.ready()
    expect(codes).toEqual(['HAWSER_ABORTED', 'HAWSER_ABORTED'])
  })

  it('of a client that fails says so with an error of ours, whatever it threw', async () => {
    const { client, listener } = await meet({
      clock: new VirtualClock(),
      onConnect: () => {
        throw new RangeError('no password')
      },
    })
    const disconnected = once(client, 'disconnected')
    await (await listener.accept()).receivesReset()
    const [{ error }] = await disconnected
    expect(error).toBeInstanceOf(HawserError)
    expect(error).toMatchObject({
      code: 'HAWSER_HANDLER_FAILED',
      message: expect.stringContaining('no password'),
      cause: expect.any(RangeError),
    })
  })

  it('of a client has no requests left when its connection ends', async () => {
    const codes: Promise<unknown>[] = []
    let kept: RequestConnection<string, string> | undefined
    const { client, listener } = await meet({
      clock: new VirtualClock(),
      maxPending: 1,
      onConnect: async (fresh) => {
        kept = fresh
        codes.push(outcome(fresh.request('one')), outcome(fresh.request('two')))
        await Promise.all(codes)
      },
    })
    const disconnected = once(client, 'disconnected')
    const peer = await listener.accept()
    await peer.receives('one\n')
    peer.reset()
    await disconnected
    if (kept !== undefined) codes.push(outcome(kept.request('three')))
    expect(await Promise.all(codes)).toEqual([
      'HAWSER_DISCONNECTED',
      'HAWSER_NOT_CONNECTED',
      'HAWSER_NOT_CONNECTED',
    ])
  })
})
