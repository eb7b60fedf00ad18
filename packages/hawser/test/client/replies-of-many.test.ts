import { createClient, createPool, type Client, type ClientOptions, lines } from 'hawser'
import { type ScriptedListener, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until as eventually } from '../../../../test/support/until.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'

forbidStrayErrors()

// As in FTP and SMTP: `150-` goes on, and `150 ` is the last line of a reply.
const until = (line: string): boolean => !/^\d{3}-/.test(line)
// As in LDAP: each message begins with the id of its request, and `end` is the last.
const byId: ClientOptions<string, string>['correlate'] = {
  ids: { from: 1, to: 2 },
  identify: (message, id) => `${id} ${message}`,
  idOf: (line) => Number.parseInt(line, 10),
}
const untilEnd = (line: string): boolean => line.endsWith('end')

interface Met {
  client: Client<string, string>
  listener: ScriptedListener
  peer: ScriptedPeer
  clock: VirtualClock
}

async function meet(options: ClientOptions<string, string> = {}): Promise<Met> {
  const listener = await ScriptedPeer.listen()
  const clock = new VirtualClock()
  const backoff = { initial: 1, max: 1 }
  const client = createClient<string, string>(listener.address, {
    framing: lines(),
    clock,
    backoff,
    ...options,
  })
  onTestFinished(async () => {
    await client.close({ drain: 0 })
    await listener.close()
  })
  const peer = await listener.accept()
  await client.ready()
  return { client, listener, peer, clock }
}

const codeOf = (reply: Promise<unknown>): Promise<unknown> =>
  reply.then(
    (value) => value,
    (error: unknown) => (error as { code: unknown }).code,
  )

/** All that a stream delivers, and the code that it throws. */
async function read(stream: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  try {
    for await (const line of stream) all.push(line)
  } catch (error) {
    all.push((error as { code: string }).code)
  }
  return all
}

describe('a request whose reply is several messages', () => {
  it('fulfils with all of them, and what comes behind goes to the next request', async () => {
    const { client, peer } = await meet()
    const replies = [client.request('STAT', { until }), client.request('NOOP', { until })]
    const single = client.request('PWD')
    await peer.receives('STAT\nNOOP\nPWD\n')
    await peer.send('211-status\n211-more\n211 end\n200 ok\n257 here\n')
    expect(await Promise.all(replies)).toEqual([['211-status', '211-more', '211 end'], ['200 ok']])
    expect(await single).toBe('257 here')
  })

  it('may come mixed with those of others when they carry ids', async () => {
    const { client, peer } = await meet({ correlate: byId })
    const options = { until: untilEnd }
    const replies = [client.request('a', options), client.request('b', options)]
    await peer.receives('1 a\n2 b\n')
    await peer.send('2 x\n1 y\n2 z\n2 end\n1 end\n')
    expect(await Promise.all(replies)).toEqual([
      ['1 y', '1 end'],
      ['2 x', '2 z', '2 end'],
    ])
  })

  it.each(['in order', 'by id'])(
    'that is given up in the middle puts no other off, %s',
    async (way) => {
      const inOrder = way === 'in order'
      const { client, peer, clock } = await meet(inOrder ? {} : { correlate: byId })
      const options = { until: inOrder ? until : untilEnd, timeout: 100 }
      const lost = codeOf(client.request('first', options))
      const kept = client.request('second', { until: options.until })
      await peer.receives(inOrder ? 'first\nsecond\n' : '1 first\n2 second\n')
      await peer.send(inOrder ? '100-a\n' : '1 a\n')
      await eventually(() => client.connection?.messagesRead === 1)
      await clock.advance(100)
      expect(await lost).toBe('HAWSER_REQUEST_TIMEOUT')
      await peer.send(inOrder ? '100-b\n100 c\n200-d\n200 e\n' : '1 b\n2 d\n1 end\n2 end\n')
      expect(await kept).toEqual(inOrder ? ['200-d', '200 e'] : ['2 d', '2 end'])
      expect(client.info().late).toBe(2)
    },
  )

  it('is dropped when it takes more memory than maxReplyBytes, and the next is in step', async () => {
    const { client, peer } = await meet({ maxReplyBytes: 200 })
    const large = codeOf(client.request('LIST', { until }))
    const next = client.request('NOOP')
    await peer.receives('LIST\nNOOP\n')
    await peer.send('150-x\n'.repeat(20) + '150 end\n200 ok\n')
    expect(await large).toBe('HAWSER_REPLY_TOO_LARGE')
    expect(await next).toBe('200 ok')
  })

  it('counts messages without bytes as well', async () => {
    const { client, peer } = await meet({ maxReplyBytes: 64 * 1024 })
    const endless = codeOf(client.request('LIST', { until: () => false }))
    await peer.send('\n'.repeat(10_000))
    expect(await endless).toBe('HAWSER_REPLY_TOO_LARGE')
  })

  it('rejects when the connection ends in the middle', async () => {
    const { client, peer } = await meet()
    const cut = codeOf(client.request('STAT', { until }))
    await peer.send('211-status\n')
    peer.reset()
    expect(await cut).toBe('HAWSER_DISCONNECTED')
  })

  it('ends its connection when until throws, since nothing says where the reply ends', async () => {
    const errors: unknown[] = []
    const { client, peer } = await meet({ onError: (error) => errors.push(error.code) })
    const broken = codeOf(
      client.request('STAT', {
        until() {
          throw new Error('what is this?')
        },
      }),
    )
    await peer.send('211-status\n')
    expect(await broken).toBe('HAWSER_DISCONNECTED')
    expect(errors).toEqual(['HAWSER_HANDLER_FAILED'])
  })

  it('is asked for in onConnect and on a lease as well', async () => {
    const greetings: unknown[] = []
    const listener = await ScriptedPeer.listen()
    const pool = createPool<string, string>(listener.address, {
      framing: lines(),
      async onConnect({ request }) {
        greetings.push(await request('EHLO', { until }))
      },
    })
    onTestFinished(async () => {
      await pool.close({ drain: 0 })
      await listener.close()
    })
    const acquired = pool.acquire()
    const peer = await listener.accept()
    await peer.receives('EHLO\n')
    await peer.send('250-one\n250 two\n')
    using lease = await acquired
    expect(greetings).toEqual([['250-one', '250 two']])
    const stream = read(lease.requestStream('LIST', { until }))
    await peer.receives('LIST\n')
    await peer.send('150-a\n150 b\n')
    expect(await stream).toEqual(['150-a', '150 b'])
  })
})

describe('a stream of the messages of a reply', () => {
  it('sends nothing before the first is asked for, and delivers each when it comes', async () => {
    const { client, peer } = await meet()
    const stream = client.requestStream('LIST', { until })
    const other = client.request('NOOP')
    await peer.receives('NOOP\n')
    await peer.send('200 ok\n')
    await other
    const first = stream.next()
    await peer.receives('LIST\n')
    await peer.send('150-a\n')
    expect(await first).toEqual({ done: false, value: '150-a' })
    await peer.send('150 b\n200 ok\n')
    const behind = client.request('NOOP')
    expect(await read(stream)).toEqual(['150 b'])
    expect(await behind).toBe('200 ok')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('makes the server wait for a slow reader, whose time does not count', async () => {
    const { client, peer, clock } = await meet({ requestTimeout: 1_000 })
    const stream = client.requestStream('LIST', { until })
    const first = stream.next()
    await peer.receives('LIST\n')
    // One is delivered at once, and 256 may be kept.
    await peer.send('150-a\n'.repeat(257))
    await first
    await eventually(() => client.connection?.messagesRead === 257)
    const large = 200
    const sending = (async () => {
      const line = `150-${'x'.repeat(32 * 1024)}\n`
      for (let sent = 0; sent < large; sent += 1) await peer.send(line)
      await peer.send('150 end\n')
    })()
    await clock.advance(60_000)
    expect(client.connection?.messagesRead).toBe(257)
    const all = await read(stream)
    expect([all.length, all.at(-1)]).toEqual([256 + large + 1, '150 end'])
    await sending
  })

  it('gives each message as long as the first', async () => {
    const { client, peer, clock } = await meet({ requestTimeout: 1_000 })
    const stream = client.requestStream('LIST', { until })
    const [first, second, third] = [stream.next(), stream.next(), stream.next()]
    await peer.receives('LIST\n')
    for (const [next, line] of [
      [first, '150-a'],
      [second, '150-b'],
    ] as const) {
      await clock.advance(900)
      await peer.send(`${line}\n`)
      expect(await next).toEqual({ done: false, value: line })
    }
    const late = codeOf(third)
    await clock.advance(1_000)
    expect(await late).toBe('HAWSER_REQUEST_TIMEOUT')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  it('whose reader leaves drops the rest, and the next reply reaches its own request', async () => {
    const { client, peer } = await meet()
    const reading = (async () => {
      for await (const line of client.requestStream('LIST', { until })) return line
      return undefined
    })()
    await peer.receives('LIST\n')
    await peer.send('150-a\n')
    expect(await reading).toBe('150-a')
    const next = client.request('NOOP')
    await peer.receives('NOOP\n')
    await peer.send('150-b\n150 c\n200 ok\n')
    expect(await next).toBe('200 ok')
  })

  it('whose reader leaves lets the connection go on that waited for it', async () => {
    const { client, peer } = await meet()
    const stream = client.requestStream('LIST', { until })
    const first = stream.next()
    await peer.receives('LIST\n')
    await peer.send('150-a\n'.repeat(300))
    await first
    const next = client.request('NOOP')
    await peer.receives('NOOP\n')
    await peer.send('150 end\n200 ok\n')
    await stream.return?.()
    expect(await next).toBe('200 ok')
  })

  it('that waits to be sent leaves the queue with its reader', async () => {
    const { client, peer } = await meet({ maxPending: 1 })
    const first = client.request('first')
    const stream = client.requestStream('LIST', { until })
    const asked = stream.next()
    expect(client.info().queued).toBe(1)
    await stream.return?.()
    expect(client.info().queued).toBe(0)
    expect(await asked).toEqual({ done: true, value: undefined })
    await peer.receives('first\n')
    await peer.send('told\n')
    expect(await first).toBe('told')
  })

  it.each([
    ['a reset', 'HAWSER_DISCONNECTED'],
    ['an abort', 'HAWSER_ABORTED'],
    ['a close', 'HAWSER_CLIENT_CLOSED'],
  ])('delivers what came, then throws, after %s', async (what, code) => {
    const { client, peer } = await meet({ maxPending: 1 })
    const abort = new AbortController()
    const before = what === 'a close' ? client.request('before').catch(() => undefined) : undefined
    const stream = client.requestStream('LIST', { until, signal: abort.signal })
    const first = stream.next()
    if (what === 'a close') {
      await client.close({ drain: 0 })
      await before
      expect(await codeOf(first)).toBe(code)
      return
    }
    await peer.receives('LIST\n')
    await peer.send('150-a\n150-b\n')
    expect(await first).toEqual({ done: false, value: '150-a' })
    if (what === 'an abort') abort.abort()
    else peer.reset()
    expect(await read(stream)).toEqual(['150-b', code])
  })

  it('is refused without until, at once', async () => {
    const { client } = await meet()
    expect(() => client.requestStream('LIST', {} as never)).toThrow(/until is missing/)
  })
})

describe('a reply that was not asked for', () => {
  it('resets the connection, since replies in order would be off by one', async () => {
    const { client, peer } = await meet()
    const reply = client.request('ask')
    await peer.receives('ask\n')
    const closed = client.connection?.closed
    await peer.send('told\ntold again\n')
    expect(await reply).toBe('told')
    expect((await closed)?.error?.code).toBe('HAWSER_UNEXPECTED_REPLY')
  })

  it('is a push where the option says so', async () => {
    const { client, peer } = await meet({ correlate: { unsolicited: 'push' } })
    const reply = client.request('ask')
    await peer.receives('ask\n')
    await peer.send('told\nnews\n')
    expect(await reply).toBe('told')
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('news')
  })

  it('is a push before the first request: a greeting, or a client that only listens', async () => {
    const { client, peer } = await meet()
    await peer.send('220 welcome\n')
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('220 welcome')
  })
})
