import net from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  attach,
  type ByteStream,
  type Client,
  connect,
  createClient,
  createPool,
  lines,
  type StreamMaker,
} from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { rejection } from '../server/support/serving.js'
import { duplexPair } from './support/duplex-pair.js'

const framing = lines()
const closing: { close(options: { drain: number }): unknown }[] = []
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close({ drain: 0 })
})

/** Makes streams to an echo, and remembers its own ends and those of the echo. */
function echoStreams(): { made: Duplex[]; make: StreamMaker } {
  const made: Duplex[] = []
  const make = (): Duplex => {
    const [ours, theirs] = duplexPair()
    attach<string, string>(theirs, {
      framing,
      handler: { message: (connection, line) => connection.send(`${line} back`) },
      onError: () => undefined,
    })
    made.push(ours)
    return ours
  }
  return { made, make }
}

function clientOver(make: StreamMaker, options = {}): Client<string, string> {
  const client = createClient<string, string>(make, {
    framing,
    backoff: { initial: 1, max: 1 },
    ...options,
  })
  closing.push(client)
  return client
}

describe('a function that makes the stream', () => {
  it('is called for one connection', async () => {
    const { made, make } = echoStreams()
    const connection = await connect<string, string>(make, { framing })
    await connection.send('there and')
    const { value } = await connection[Symbol.asyncIterator]().next()
    expect(value).toBe('there and back')
    await connection.close()
    expect(made).toHaveLength(1)
  })

  it('is called again by a client when its stream is gone', async () => {
    const { made, make } = echoStreams()
    const client = clientOver(make)
    expect(await client.request('one')).toBe('one back')
    made[0]?.destroy()
    await client.connection?.closed
    expect(await client.request('two')).toBe('two back')
    expect(made).toHaveLength(2)
  })

  it('makes each connection of a pool', async () => {
    const { made, make } = echoStreams()
    const pool = createPool<string, string>(async (context) => make(context), { framing, max: 2 })
    closing.push(pool)
    const leases = [await pool.acquire(), await pool.acquire()]
    const replies = await Promise.all(leases.map((lease, index) => lease.request(`${index}`)))
    expect(replies).toEqual(['0 back', '1 back'])
    expect(made).toHaveLength(2)
    for (const lease of leases) lease.release()
  })

  it.each(['throws', 'rejects'])(
    'that %s is a connection that failed, and is asked again',
    async (how) => {
      const cause = new Error('no such device')
      const { make } = echoStreams()
      let calls = 0
      const client = clientOver((context) => {
        calls += 1
        if (calls > 2) return make(context)
        if (how === 'throws') throw cause
        return Promise.reject(cause)
      })
      const errors: unknown[] = []
      client.on('disconnected', ({ error }) => errors.push(error))
      expect(await client.request('at last')).toBe('at last back')
      expect(errors).toHaveLength(2)
      expect(errors[0]).toMatchObject({
        code: 'HAWSER_CONNECT_FAILED',
        message: 'cannot connect: the function that makes the stream failed: no such device',
        cause,
      })
    },
  )

  it('returns the same stream each time: nothing is sent over one that is gone', async () => {
    const { made, make } = echoStreams()
    let calls = 0
    const client = clientOver((context) => {
      calls += 1
      return calls === 2 ? (made[0] as ByteStream) : make(context)
    })
    const errors: unknown[] = []
    client.on('disconnected', ({ error }) => errors.push(error))
    expect(await client.request('one')).toBe('one back')
    made[0]?.destroy()
    await client.connection?.closed
    expect(await client.request('two')).toBe('two back')
    expect(calls).toBe(3)
    expect(errors).toMatchObject([
      undefined,
      {
        code: 'HAWSER_CONNECT_FAILED',
        message:
          'cannot connect: the function that makes the stream failed: the stream that it made is destroyed already: make a new one for each connection',
      },
    ])
  })

  it('that never returns one is given up after connectTimeout, and a late stream is destroyed', async () => {
    const clock = new VirtualClock()
    const [late] = duplexPair()
    let give: (stream: ByteStream) => void = () => undefined
    let signal: AbortSignal | undefined
    const connecting = connect(
      (context) => {
        ;({ signal } = context)
        return new Promise<ByteStream>((resolve) => (give = resolve))
      },
      { clock, connectTimeout: 5_000 },
    )
    const failure = rejection(connecting)
    expect(signal?.aborted).toBe(false)
    await clock.advance(5_000)
    expect(await failure).toMatchObject({
      code: 'HAWSER_CONNECT_TIMEOUT',
      message:
        'cannot connect: the function that makes the stream returned none within 5000 ms: check what it waits for, or raise connectTimeout',
    })
    expect(signal?.aborted).toBe(true)
    const closed = new Promise((resolve) => late.once('close', resolve))
    give(late)
    await closed
  })

  it('returns a socket that does not connect: that is a connection that failed', async () => {
    const sockets: net.Socket[] = []
    const make = (): net.Socket => {
      const socket = net.connect({ port: 1, host: '127.0.0.1' })
      sockets.push(socket)
      return socket
    }
    expect(await rejection(connect(make))).toMatchObject({
      code: 'HAWSER_CONNECT_FAILED',
      cause: { code: 'ECONNREFUSED' },
    })
    const clock = new VirtualClock()
    const hanging = connect(
      () => {
        const socket = net.connect({ port: 1, host: 'x.invalid', lookup: () => undefined })
        sockets.push(socket)
        return socket
      },
      { clock, connectTimeout: 300 },
    )
    const late = rejection(hanging)
    await nextTurn()
    await clock.advance(300)
    expect(await late).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true])
  })

  it('returns what cannot be used: that is destroyed', async () => {
    const [text] = duplexPair()
    text.setEncoding('utf8')
    expect(await rejection(connect(() => text))).toMatchObject({ code: 'HAWSER_INVALID_OPTION' })
    expect(text.destroyed).toBe(true)
    text.emit('error', new Error('nothing listens'))
  })

  it('is given up when the signal of connect fires', async () => {
    const abort = new AbortController()
    const connecting = connect(() => new Promise<ByteStream>(() => undefined), {
      signal: abort.signal,
    })
    const reason = new Error('changed my mind')
    abort.abort(reason)
    await expect(connecting).rejects.toMatchObject({ code: 'HAWSER_ABORTED', cause: reason })
  })

  it('that makes no stream of bytes ends its client, since it would again', async () => {
    const client = clientOver(() => ({ not: 'a stream' }) as unknown as ByteStream)
    await expect(client.ready()).rejects.toMatchObject({
      code: 'HAWSER_CLIENT_CLOSED',
      cause: {
        code: 'HAWSER_INVALID_OPTION',
        message: expect.stringMatching(/^the stream that was made is an object: it takes a Duplex/),
      },
    })
  })

  it.each([
    { tls: {} },
    { proxy: 'socks5://127.0.0.1:1' },
    { localPort: 5 },
    { noDelay: true },
    { order: 'random' as const },
  ])('takes no option that only sockets can fulfil: %j', (options) => {
    const [name] = Object.keys(options)
    expect(() => createClient(() => duplexPair()[0], options)).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        option: name,
        message: `${name} means nothing where a function makes the stream: leave it out, and see to it in that function`,
      }),
    )
  })
})
