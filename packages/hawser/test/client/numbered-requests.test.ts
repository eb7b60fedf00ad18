import fc from 'fast-check'
import {
  createClient,
  createPool,
  createServer,
  type Client,
  type ClientOptions,
  lines,
} from 'hawser'
import { type ScriptedListener, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { expect, it, onTestFinished } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { until } from '../../../../test/support/until.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'

forbidStrayErrors()

// A protocol of lines that begin with an id of one byte: `7 read`.
const numbered = (from: number, to: number, unsolicited?: number) => ({
  ids: { from, to, ...(unsolicited !== undefined && { unsolicited }) },
  identify: (message: string, id: number) => `${id} ${message}`,
  idOf: (message: string) => Number.parseInt(message, 10),
})

interface Met {
  client: Client<string, string>
  listener: ScriptedListener
  peer: ScriptedPeer
  clock: VirtualClock
}

async function meet(options: ClientOptions<string, string>): Promise<Met> {
  const listener = await ScriptedPeer.listen()
  const clock = new VirtualClock()
  const backoff = { initial: 1, max: 1 }
  const all = { framing: lines(), clock, backoff, ...options }
  const client = createClient<string, string>(listener.address, all)
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  return { client, listener, peer, clock }
}

const codeOf = (reply: Promise<unknown>): Promise<unknown> =>
  reply.then(String, (error: unknown) => (error as { code: unknown }).code)

it('with ids of one byte, 256 requests are on the way at once and the next one waits for a free id', async () => {
  const { client, peer } = await meet({ correlate: numbered(0, 255) })
  const replies = Array.from({ length: 257 }, (_, each) => client.request(`ask ${each}`))
  const sent = Array.from({ length: 256 }, (_, each) => `${each} ask ${each}\n`)
  await peer.receives(sent.join(''))
  expect(client.info()).toMatchObject({ pending: 256, queued: 1 })
  await peer.send('200 here\n')
  expect(await replies[200]).toBe('200 here')
  await peer.receives('200 ask 256\n')
  await peer.send('200 and here\n')
  expect(await replies[256]).toBe('200 and here')
})

it('the id of a request that is given up rests until its reply came, which settles no other', async () => {
  const { client, peer, clock } = await meet({ correlate: numbered(1, 2) })
  const lost = codeOf(client.request('lost', { timeout: 100 }))
  const kept = client.request('kept')
  await peer.receives('1 lost\n2 kept\n')
  await clock.advance(100)
  expect(await lost).toBe('HAWSER_REQUEST_TIMEOUT')
  const next = client.request('next')
  const last = client.request('last')
  await peer.send('2 for kept\n')
  expect(await kept).toBe('2 for kept')
  await peer.receives('2 next\n')
  await peer.send('1 too late\n')
  await peer.receives('1 last\n')
  await peer.send('1 for last\n2 for next\n')
  expect(await Promise.all([next, last])).toEqual(['2 for next', '1 for last'])
  expect(client.info().late).toBe(1)
})

it('ids are taken in turn: one that is free again comes after all that were free before', async () => {
  const { client, peer } = await meet({ correlate: numbered(5, 8) })
  for (const id of [5, 6, 7, 8, 5, 6]) {
    const reply = client.request('ask')
    await peer.receives(`${id} ask\n`)
    await peer.send(`${id} told\n`)
    await reply
  }
})

it.each(['are late', 'were aborted'])(
  'when every id rests for requestTimeout because the requests %s, the connection is reset and the client comes back',
  async (why) => {
    const correlate = numbered(0, 2)
    const { client, listener, peer, clock } = await meet({ correlate, requestTimeout: 1_000 })
    const abort = new AbortController()
    const options = why === 'are late' ? { timeout: 100 } : { signal: abort.signal }
    const lost = [1, 2, 3].map((each) => codeOf(client.request(`ask ${each}`, options)))
    await peer.receives('0 ask 1\n1 ask 2\n2 ask 3\n')
    if (why === 'are late') await clock.advance(100)
    else abort.abort()
    const code = why === 'are late' ? 'HAWSER_REQUEST_TIMEOUT' : 'HAWSER_ABORTED'
    expect(await Promise.all(lost)).toEqual([code, code, code])
    const patient = client.request('patient', { timeout: 10_000 })
    await clock.advance(999)
    expect(client.info()).toMatchObject({ queued: 1, connections: 1 })
    await clock.advance(1)
    await peer.receivesReset()
    const accepted = listener.accept()
    await clock.advance(10)
    const second = await accepted
    await second.receives('0 patient\n')
    await second.send('0 here you are\n')
    expect(await patient).toBe('0 here you are')
  },
)

it('one late reply in that time is enough: the connection stays', async () => {
  const { client, peer, clock } = await meet({
    correlate: numbered(0, 1),
    requestTimeout: 1_000,
  })
  const lost = [1, 2].map((each) => codeOf(client.request(`ask ${each}`, { timeout: 100 })))
  await peer.receives('0 ask 1\n1 ask 2\n')
  await clock.advance(100)
  await Promise.all(lost)
  await clock.advance(900)
  await peer.send('1 at last\n')
  await until(() => client.info().late === 1)
  await clock.advance(5_000)
  const reply = client.request('ask')
  await peer.receives('1 ask\n')
  await peer.send('1 told\n')
  expect(await reply).toBe('1 told')
  expect(client.info().connections).toBe(1)
})

it('an id that the protocol keeps for what is no reply is given to no request', async () => {
  const { client, peer } = await meet({ correlate: numbered(0, 2, 1) })
  const replies = [client.request('a'), client.request('b')]
  await peer.receives('0 a\n2 b\n')
  await peer.send('1 an event\n2 for b\n0 for a\n')
  expect(await Promise.all(replies)).toEqual(['0 for a', '2 for b'])
  const { value } = await client[Symbol.asyncIterator]().next()
  expect(value).toBe('1 an event')
})

it('what identify throws rejects its request and takes no id', async () => {
  const correlate = {
    ...numbered(0, 0),
    identify(message: string, id: number) {
      if (message === 'bad') throw new Error('cannot be numbered')
      return `${id} ${message}`
    },
  }
  const { client, peer } = await meet({ correlate })
  for (let times = 0; times < 3; times += 1) {
    await expect(client.request('bad')).rejects.toThrow('cannot be numbered')
  }
  const reply = client.request('good')
  await peer.receives('0 good\n')
  await peer.send('0 well\n')
  expect(await reply).toBe('0 well')
})

it('a message that is too long for the framing takes no id', async () => {
  const { client, peer } = await meet({
    framing: lines({ maxFrame: 16 }),
    correlate: numbered(3, 3),
  })
  expect(await codeOf(client.request('x'.repeat(20)))).toBe('HAWSER_FRAME_TOO_LARGE')
  const reply = client.request('short')
  await peer.receives('3 short\n')
  await peer.send('3 well\n')
  expect(await reply).toBe('3 well')
})

it('a connection of a pool whose lease gave a request up is lent again, and its id rests', async () => {
  const listener = await ScriptedPeer.listen()
  const clock = new VirtualClock()
  const pool = createPool<string, string>(listener.address, {
    framing: lines(),
    clock,
    max: 1,
    correlate: numbered(0, 9),
  })
  onTestFinished(async () => {
    await pool.close({ drain: 0 })
    await listener.close()
  })
  const first = await pool.acquire()
  const peer = await listener.accept()
  const lost = codeOf(first.request('lost', { timeout: 100 }))
  await peer.receives('0 lost\n')
  await clock.advance(100)
  expect(await lost).toBe('HAWSER_REQUEST_TIMEOUT')
  first.release()
  const second = await pool.acquire()
  const reply = second.request('next')
  await peer.receives('1 next\n')
  await peer.send('0 too late\n1 for next\n')
  expect(await reply).toBe('1 for next')
  second.release()
})

it.each([
  [{ from: 1.5, to: 2 }, /correlate\.ids\.from is 1\.5: it takes a whole number/],
  [{ from: 0, to: Infinity }, /correlate\.ids\.to is Infinity/],
  [{ from: 0 }, /correlate\.ids\.to is undefined/],
  [{ from: 2, to: 1 }, /correlate\.ids leaves no id for a request from 2 to 1/],
  [{ from: 0, to: 0, unsolicited: 0 }, /leaves no id/],
  [{ from: 0, to: 9, unsolicited: '0' }, /correlate\.ids\.unsolicited is "0"/],
  [7, /correlate\.ids is 7: it takes \{ from, to \}/],
])('ids that cannot work are refused: %j', (ids, message) => {
  const correlate = { ...numbered(0, 1), ids } as never
  expect(() => createClient('tcp://127.0.0.1:1', { correlate })).toThrow(message)
})

it('ids without identify are refused', () => {
  const correlate = { ids: { from: 0, to: 9 } } as never
  expect(() => createClient('tcp://127.0.0.1:1', { correlate })).toThrow(/identify and idOf/)
})

it('whatever is asked, given up and replied in whatever order, each reply reaches its own request', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'ask' as const, at: 0 }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('abort' as const), at: fc.nat(30) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('reply' as const), at: fc.nat(30) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      await play(steps)
    }),
    runs(100),
  )
})

/** A server that replies in any order, and sees no id twice before it has; and a client with four ids. */
async function play(steps: readonly { kind: 'ask' | 'abort' | 'reply'; at: number }[]) {
  const unreplied = new Map<string, string>()
  const twice: string[] = []
  const server = createServer(
    { framing: lines() },
    {
      message(_connection, line) {
        const [id = '', name = ''] = line.split(' ')
        if (unreplied.has(id)) twice.push(line)
        unreplied.set(id, name)
      },
    },
  )
  await server.listen('tcp://127.0.0.1:0')
  const client = createClient<string, string>(server.address(), {
    framing: lines(),
    correlate: numbered(0, 3),
  })
  await client.ready()
  const asked: { abort: AbortController; outcome: Promise<unknown> }[] = []
  for (const { kind, at } of steps) {
    if (kind === 'ask') {
      const abort = new AbortController()
      const outcome = codeOf(client.request(`${asked.length}`, { signal: abort.signal }))
      asked.push({ abort, outcome })
    } else if (kind === 'abort') asked[at % Math.max(1, asked.length)]?.abort.abort()
    else {
      await new Promise((resolve) => setImmediate(resolve))
      const [id = '', name] = [...unreplied][at % Math.max(1, unreplied.size)] ?? []
      unreplied.delete(id)
      if (name !== undefined) server.broadcast(`${id} told ${name}`)
    }
  }
  for (const { abort } of asked) abort.abort()
  const outcomes = await Promise.all(asked.map(({ outcome }) => outcome))
  await client.close({ drain: 0 })
  await server.close({ drain: 0 })
  expect(twice).toEqual([])
  for (const [name, outcome] of outcomes.entries()) {
    expect(['HAWSER_ABORTED', `told ${name}`]).toContain(String(outcome).replace(/^\d /, ''))
  }
}

it.each([
  [0, /correlate\.unsolicited is 0: it takes 'push'; an id that is no reply's goes into ids\./],
  ['pull', /correlate\.unsolicited is "pull"/],
  ['push', /correlate takes the functions identify and idOf for replies with ids, or isPush and/],
])('what belongs to replies in order is refused beside ids: unsolicited %j', (value, message) => {
  const correlate = { ...numbered(0, 9), unsolicited: value } as never
  expect(() => createClient('tcp://127.0.0.1:1', { correlate })).toThrow(message)
})
