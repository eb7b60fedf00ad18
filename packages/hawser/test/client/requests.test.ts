import { getEventListeners, once } from 'node:events'
import { createClient, type Client, type ClientOptions, HawserError, lines } from 'hawser'
import { type ScriptedListener, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

interface Met {
  client: Client<string, string>
  listener: ScriptedListener
  peer: ScriptedPeer
}

/** A client of a server that is played by the test. */
async function meet(options: ClientOptions<string, string> = {}): Promise<Met> {
  const listener = await ScriptedPeer.listen()
  const client = createClient<string, string>(listener.address, { framing: lines(), ...options })
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  return { client, listener, peer }
}

/** The code that a request rejects with, or what it fulfils with. */
function outcome(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: unknown) => (error instanceof HawserError ? error.code : error))
}

const withIds: ClientOptions<string, string> = {
  correlate: {
    identify: (message, sequence) => ({ message: `${sequence} ${message}`, id: sequence }),
    idOf: (message) => (/^\d+ /.test(message) ? Number.parseInt(message, 10) : undefined),
  },
}

it('a request without a time limit outlives those that are given up behind it', async () => {
  const clock = new VirtualClock()
  const { client, peer } = await meet({ clock, maxPending: 2 })
  const patient = client.request('patient', { timeout: Infinity })
  const hasty = outcome(client.request('hasty', { timeout: 100 }))
  await peer.receives('patient\nhasty\n')
  await clock.advance(100)
  expect(await hasty).toBe('HAWSER_REQUEST_TIMEOUT')
  await peer.send('here you are\n')
  expect(await patient).toBe('here you are')
})

it('a request that waited for a place is given up in time, all its waiting counted', async () => {
  const clock = new VirtualClock()
  const { client, peer } = await meet({ clock, maxPending: 1 })
  const first = client.request('first')
  const second = outcome(client.request('second', { timeout: 1_000 }))
  await peer.receives('first\n')
  await clock.advance(600)
  await peer.send('here you are\n')
  expect(await first).toBe('here you are')
  await peer.receives('second\n')
  await clock.advance(400)
  expect(await second).toBe('HAWSER_REQUEST_TIMEOUT')
})

it('any number of requests may share a signal', async () => {
  const warnings: unknown[] = []
  const note = (warning: unknown): void => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { client, peer } = await meet()
  const abort = new AbortController()
  const { signal } = abort
  const replies = Array.from({ length: 20 }, (_, each) =>
    outcome(client.request(String(each), { signal })),
  )
  await peer.send('first\nsecond\n')
  expect(await Promise.all(replies.slice(0, 2))).toEqual(['first', 'second'])
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  abort.abort()
  expect(new Set(await Promise.all(replies.slice(2)))).toEqual(new Set(['HAWSER_ABORTED']))
  expect(getEventListeners(signal, 'abort')).toEqual([])
  await new Promise(setImmediate)
  expect(warnings).toEqual([])
})

it('a signal has no listener left once its requests have their replies', async () => {
  const { client, peer } = await meet()
  const { signal } = new AbortController()
  for (const round of ['first', 'second']) {
    const replies = ['a', 'b', 'c'].map((name) => client.request(name, { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await peer.send(`${round}\n`.repeat(3))
    expect(await Promise.all(replies)).toEqual([round, round, round])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  }
})

it('options of a request are refused though they were right once, and though they cannot change', async () => {
  const { client, peer } = await meet()
  const changing: { timeout: number; tiemout?: number } = { timeout: 1_000 }
  const right = Object.freeze({ timeout: 1_000 })
  const replies = [changing, right, right].map((options) => client.request('hello', options))
  await peer.receives('hello\nhello\nhello\n')
  await peer.send('1\n2\n3\n')
  expect(await Promise.all(replies)).toEqual(['1', '2', '3'])
  changing.tiemout = 1
  const wrong = Object.freeze({ ...changing })
  for (const options of [changing, wrong, wrong]) {
    expect(() => void client.request('hello', options)).toThrow(/did you mean timeout/)
  }
})

describe('requests answered in order', () => {
  it('get their replies though they all left at once', async () => {
    const { client, peer } = await meet()
    const replies = Promise.all(['a', 'b', 'c'].map((each) => client.request(each)))
    await peer.receives('a\nb\nc\n')
    await peer.send('1\n2\n3\n')
    expect(await replies).toEqual(['1', '2', '3'])
  })

  it('wait for room when as many are on the way as may be', async () => {
    const { client, peer } = await meet({ maxPending: 2 })
    const replies = ['a', 'b', 'c', 'd'].map((each) => client.request(each))
    await peer.receives('a\nb\n')
    expect(client.info()).toMatchObject({ pending: 2, queued: 2 })
    await peer.send('1\n')
    await peer.receives('c\n')
    await peer.send('2\n3\n')
    await peer.receives('d\n')
    await peer.send('4\n')
    expect(await Promise.all(replies)).toEqual(['1', '2', '3', '4'])
  })

  it('do not take the reply of one that was given up', async () => {
    const clock = new VirtualClock()
    const { client, peer } = await meet({ clock })
    const first = outcome(client.request('first', { timeout: 50 }))
    await peer.receives('first\n')
    const second = client.request('second')
    await clock.advance(50)
    expect(await first).toBe('HAWSER_REQUEST_TIMEOUT')
    await peer.receives('second\n')
    await peer.send('late\n')
    await peer.send('right\n')
    expect(await second).toBe('right')
    expect(client.info().late).toBe(1)
  })

  it('may be aborted before and after they were sent', async () => {
    const { client, peer } = await meet()
    expect(await outcome(client.request('no', { signal: AbortSignal.abort() }))).toBe(
      'HAWSER_ABORTED',
    )
    const abort = new AbortController()
    const reply = outcome(client.request('yes', { signal: abort.signal }))
    await peer.receives('yes\n')
    abort.abort()
    expect(await reply).toBe('HAWSER_ABORTED')
    const next = client.request('next')
    await peer.send('for yes\nfor next\n')
    expect(await next).toBe('for next')
  })

  it('all settle when the connection is reset', async () => {
    const { client, peer } = await meet()
    const replies = ['a', 'b'].map((each) => outcome(client.request(each)))
    await peer.receives('a\nb\n')
    peer.reset()
    expect(await Promise.all(replies)).toEqual(['HAWSER_DISCONNECTED', 'HAWSER_DISCONNECTED'])
  })

  it('all settle when the client is closed without a drain', async () => {
    const { client, peer } = await meet({ maxPending: 1 })
    const replies = ['a', 'b'].map((each) => outcome(client.request(each)))
    await peer.receives('a\n')
    await client.close({ drain: 0 })
    // Only the second was never sent, and may be repeated without a thought.
    expect(await Promise.all(replies)).toEqual(['HAWSER_DISCONNECTED', 'HAWSER_CLIENT_CLOSED'])
    expect(await outcome(client.request('c'))).toBe('HAWSER_CLIENT_CLOSED')
  })

  it('get their replies while the client drains, those that waited for room, too', async () => {
    const { client, peer } = await meet({ maxPending: 1 })
    const replies = ['a', 'b'].map((each) => client.request(each))
    await peer.receives('a\n')
    const closing = client.close()
    expect(await outcome(client.request('c'))).toBe('HAWSER_CLIENT_CLOSED')
    await peer.send('1\n')
    await peer.receives('b\n')
    await peer.send('2\n')
    expect(await Promise.all(replies)).toEqual(['1', '2'])
    await peer.receivesEnd()
    peer.end()
    await closing
  })

  it('that the framing cannot carry are refused, and take no place', async () => {
    const { client, peer } = await meet()
    expect(await outcome(client.request('two\nlines'))).toBe('HAWSER_MESSAGE_INVALID')
    const reply = client.request('one')
    await peer.receives('one\n')
    await peer.send('1\n')
    expect(await reply).toBe('1')
  })

  it('tell pushes from replies', async () => {
    const { client, peer } = await meet({
      correlate: { isPush: (message) => message.startsWith('>') },
    })
    const reply = client.request('a')
    await peer.receives('a\n')
    await peer.send('>news\nreply\n>more\n')
    expect(await reply).toBe('reply')
    const messages = client[Symbol.asyncIterator]()
    expect((await messages.next()).value).toBe('>news')
    expect((await messages.next()).value).toBe('>more')
  })

  it('answered twice reset the connection: who could say whose the next reply is', async () => {
    const { client, listener, peer } = await meet({ correlate: { isPush: () => false } })
    const disconnected = once(client, 'disconnected')
    const reply = client.request('a')
    await peer.receives('a\n')
    await peer.send('1\n1\n')
    expect(await reply).toBe('1')
    const [{ info }] = (await disconnected) as [{ info: { reason: string } }]
    expect(info.reason).toBe('unexpected-reply')
    const second = await listener.accept()
    const next = client.request('b')
    await second.receives('b\n')
    await second.send('2\n')
    expect(await next).toBe('2')
  })

  it('reset a connection on which none was ever answered', async () => {
    const clock = new VirtualClock()
    const { client, peer } = await meet({ clock, maxPending: 2, requestTimeout: 1_000 })
    const disconnected = once(client, 'disconnected')
    const replies = ['a', 'b'].map((each) => outcome(client.request(each)))
    await peer.receives('a\nb\n')
    await clock.advance(1_000)
    expect(await Promise.all(replies)).toEqual(['HAWSER_REQUEST_TIMEOUT', 'HAWSER_REQUEST_TIMEOUT'])
    const [{ info }] = (await disconnected) as [{ info: { reason: string } }]
    expect(info.reason).toBe('request-timeout')
  })
})

describe('a request in order that was given up soon after it was sent', () => {
  it('lets the connection live, and its late reply makes room', async () => {
    const clock = new VirtualClock()
    const { client, peer } = await meet({ clock, maxPending: 1, requestTimeout: 1_000 })
    const hasty = outcome(client.request('hasty', { timeout: 10 }))
    await peer.receives('hasty\n')
    await clock.advance(10)
    expect(await hasty).toBe('HAWSER_REQUEST_TIMEOUT')
    const next = client.request('next')
    await clock.advance(980)
    await peer.send('late\n')
    await peer.receives('next\n')
    await peer.send('here you are\n')
    expect(await next).toBe('here you are')
    expect(client.info()).toMatchObject({ connections: 1, late: 1 })
  })

  it('lets it live also where it had waited for a connection, which took most of its time', async () => {
    const clock = new VirtualClock()
    const { client, listener, peer } = await meet({
      clock,
      random: () => 1,
      maxPending: 1,
      requestTimeout: 1_000,
      backoff: { initial: 990 },
    })
    const down = once(client, 'disconnected')
    peer.reset()
    await down
    const waiting = outcome(client.request('waiting'))
    const up = once(client, 'connected')
    await clock.advance(990)
    const second = await listener.accept()
    await up
    await second.receives('waiting\n')
    await clock.advance(10)
    expect(await waiting).toBe('HAWSER_REQUEST_TIMEOUT')
    const next = client.request('next')
    await second.send('late\n')
    await second.receives('next\n')
    await second.send('here you are\n')
    expect(await next).toBe('here you are')
  })

  it.each([
    ['requestTimeout', 1_000, 1_000],
    ['its own time, where there is no other', Infinity, 10],
  ])('resets it when no reply came within %s of that', async (_name, requestTimeout, after) => {
    const clock = new VirtualClock()
    const { client, peer } = await meet({ clock, maxPending: 1, requestTimeout })
    const disconnected = once(client, 'disconnected')
    const hasty = outcome(client.request('hasty', { timeout: 10 }))
    await peer.receives('hasty\n')
    await clock.advance(10)
    expect(await hasty).toBe('HAWSER_REQUEST_TIMEOUT')
    await clock.advance(Math.max(0, after - 11))
    expect(client.status.state).toBe(after > 10 ? 'connected' : 'disconnected')
    await clock.advance(1)
    const [{ info }] = (await disconnected) as [{ info: { reason: string } }]
    expect(info.reason).toBe('request-timeout')
  })
})

describe('requests with ids', () => {
  it('get their replies in any order', async () => {
    const { client, peer } = await meet(withIds)
    const replies = Promise.all(['a', 'b'].map((each) => client.request(each)))
    await peer.receives('1 a\n2 b\n')
    await peer.send('2 B\n1 A\n')
    expect(await replies).toEqual(['1 A', '2 B'])
  })

  it('answered twice, or late, or never asked, harm nobody', async () => {
    const clock = new VirtualClock()
    const { client, peer } = await meet({ ...withIds, clock })
    const lost = outcome(client.request('a', { timeout: 10 }))
    await peer.receives('1 a\n')
    await clock.advance(10)
    expect(await lost).toBe('HAWSER_REQUEST_TIMEOUT')
    const reply = client.request('b')
    await peer.receives('2 b\n')
    await peer.send('1 late\n99 never\n2 B\n2 twice\n')
    expect(await reply).toBe('2 B')
    await until(() => client.info().late === 3)
  })

  it('whose id is in use are refused', async () => {
    const { client, peer } = await meet({
      correlate: { identify: (message) => ({ message, id: message }), idOf: (message) => message },
    })
    const first = client.request('same')
    expect(await outcome(client.request('same'))).toBe('HAWSER_MESSAGE_INVALID')
    await peer.receives('same\n')
    await peer.send('same\n')
    expect(await first).toBe('same')
  })
})

describe('what the server pushes', () => {
  it('makes the connection wait when nobody takes it, and comes whole when somebody does', async () => {
    const { client, peer } = await meet()
    const sent = Array.from({ length: 2_000 }, (_, index) => `push ${index}`)
    void peer.send(`${sent.join('\n')}\n`)
    const got: string[] = []
    for await (const message of client) {
      got.push(message)
      if (got.length === sent.length) break
    }
    expect(got).toEqual(sent)
  })

  it('goes to onMessage, whose failure ends nothing', async () => {
    const errors: string[] = []
    const got: string[] = []
    const { client, peer } = await meet({
      onMessage(message) {
        if (message === 'bad') throw new Error('no')
        got.push(message)
      },
      onError: (error) => errors.push(error.code),
    })
    await peer.send('bad\ngood\n')
    await until(() => got.length === 1)
    expect({ got, errors }).toEqual({ got: ['good'], errors: ['HAWSER_HANDLER_FAILED'] })
    expect(client.status.state).toBe('connected')
  })
})
