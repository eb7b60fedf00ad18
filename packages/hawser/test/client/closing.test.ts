import { getEventListeners, once } from 'node:events'
import {
  type Client,
  type ClientOptions,
  createClient,
  type Endpoint,
  HawserError,
  lines,
} from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { portOf, serve } from '../server/support/serving.js'

forbidStrayErrors()

async function listen(port = 0): ReturnType<typeof ScriptedPeer.listen> {
  const listener = await ScriptedPeer.listen({ port })
  onTestFinished(() => listener.close())
  return listener
}

function make(
  endpoint: Endpoint,
  options: ClientOptions<string, string> = {},
): Client<string, string> {
  const client = createClient<string, string>(endpoint, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return client
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

describe('closing a client', () => {
  it('ends it at once when whoever is told of a loss does it', async () => {
    // The time for the next try never comes.
    const client = make(`127.0.0.1:${await closedPort()}`, {
      clock: new VirtualClock(),
      random: () => 0.99,
    })
    const closing = new Promise((resolve) => {
      client.once('disconnected', () => void client.close().then(resolve))
    })
    await closing
    expect(client.status.state).toBe('closed')
  })

  it('lets messages that wait for a connection leave first', async () => {
    const clock = new VirtualClock()
    const port = await closedPort()
    const client = make(`127.0.0.1:${port}`, { clock, random: () => 0.99 })
    await once(client, 'disconnected')
    const sent = client.send('hello')
    const asked = client.request('how are you')
    const closing = client.close({ drain: 1_000 })
    expect(await outcome(client.send('too late'))).toBe('HAWSER_CLIENT_CLOSED')
    const listener = await listen(port)
    await clock.advance(100)
    const peer = await listener.accept()
    await peer.receives('hello\nhow are you\n')
    await sent
    await peer.send('well\n')
    expect(await asked).toBe('well')
    await peer.receivesEnd()
    peer.end()
    await closing
  })

  it('gives up on them when their time is over', async () => {
    const clock = new VirtualClock()
    const client = make(`127.0.0.1:${await closedPort()}`, { clock, random: () => 0.99 })
    await once(client, 'disconnected')
    const sent = outcome(client.send('hello'))
    const closing = client.close({ drain: 50 })
    await clock.advance(50)
    await closing
    expect(await sent).toBe('HAWSER_CLIENT_CLOSED')
  })

  it('does not wait beyond its time for a peer that does not end', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, { clock, lingerTimeout: 60_000 })
    const peer = await listener.accept()
    await client.ready()
    const closing = client.close({ drain: 1_000 })
    await peer.receivesEnd()
    await clock.advance(1_000)
    await closing
  })

  it('needs neither the peer nor a clock that moves', async () => {
    const listener = await listen()
    const client = make(listener.address, { clock: new VirtualClock(), lingerTimeout: 1 })
    const peer = await listener.accept()
    await client.ready()
    await client.close()
    await peer.receivesEnd()
  })

  it('called again, the shortest drain counts', async () => {
    const listener = await listen()
    const client = make(listener.address)
    await listener.accept()
    await client.ready()
    const asked = outcome(client.request('never answered'))
    const closing = client.close({ drain: Infinity })
    expect(await client.close({ drain: 0 })).toEqual({ drained: 0, forced: 1 })
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    expect(await asked).toBe('HAWSER_DISCONNECTED')
  })

  it('says how many requests and messages finished, and how many were cut off', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make(listener.address, { clock, maxPending: 2 })
    const peer = await listener.accept()
    await client.ready()
    const asked = ['one', 'two', 'three', 'four'].map((word) => outcome(client.request(word)))
    const closing = client.close({ drain: 60_000 })
    await peer.receives('one\ntwo\n')
    await peer.send('first\n')
    await peer.receives('three\n')
    // The longer one changes nothing.
    void client.close({ drain: 100_000 })
    void client.close({ drain: 500 })
    await clock.advance(499)
    expect(client.status.state).toBe('connected')
    await clock.advance(1)
    expect(await closing).toEqual({ drained: 1, forced: 3 })
    expect(await Promise.all(asked)).toEqual([
      'first',
      'HAWSER_DISCONNECTED',
      'HAWSER_DISCONNECTED',
      'HAWSER_CLIENT_CLOSED',
    ])
    expect(clock.pending).toBe(0)
  })

  it('is cut short by a signal, and forgets it when it is done', async () => {
    const listener = await listen()
    const client = make(listener.address)
    await listener.accept()
    await client.ready()
    const asked = outcome(client.request('never answered'))
    const abort = new AbortController()
    const closing = client.close({ drain: Infinity, signal: abort.signal })
    abort.abort()
    expect(await closing).toEqual({ drained: 0, forced: 1 })
    expect(await asked).toBe('HAWSER_DISCONNECTED')
    const { signal } = new AbortController()
    const other = make(listener.address)
    ;(await listener.accept()).end()
    await other.close({ signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('refuses a drain that is no time', async () => {
    const client = make(`127.0.0.1:${await closedPort()}`)
    expect(() => client.close({ drain: -1 })).toThrow(/drain is -1/)
  })
})

it('what is sent while a connection comes to its end waits for the next', async () => {
  const listener = await listen()
  const client = make(listener.address, { random: () => 0 })
  const first = await listener.accept()
  await client.ready()
  await client.connection?.end()
  const sent = client.send('hello')
  first.end()
  const second = await listener.accept()
  await second.receives('hello\n')
  await sent
})

it('what an async listener rejects with becomes a warning', async () => {
  const warned = once(process, 'warning')
  const client = make(`127.0.0.1:${await closedPort()}`, {
    whileDown: 'refuse',
    clock: new VirtualClock(),
  })
  const ask = (): unknown => client.request('anybody there')
  client.once('disconnected', ask)
  expect(await warned).toMatchObject([{ code: 'HAWSER_NOT_CONNECTED' }])
})
