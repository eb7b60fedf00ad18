import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import {
  type Connection,
  delimited,
  fixed,
  type Framing,
  framing,
  lengthPrefixed,
  lines,
  netstring,
  raw,
} from 'hawser'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

type Any = Framing<unknown, string>

/** `count` lines, and behind them netstrings. */
function pipelined(count: number): { bytes: string; expected: string[] } {
  const head = Array.from({ length: count }, (_, index) => `line ${index}`)
  // Netstrings that hold line ends, and the beginning of which is no line.
  const tail = ['one', 'two\nthree', '', 'four']
  const bytes = `${head.map((line) => `${line}\n`).join('')}${tail.map((text) => `${text.length}:${text},`).join('')}`
  return { bytes, expected: [...head, ...tail] }
}

const text = (message: unknown): string =>
  typeof message === 'string' ? message : Buffer.from(message as Uint8Array).toString()

type Consume = (
  switchAfter: number,
  next: Any,
) => { options: object; run: (connection: Connection<unknown, string>) => Promise<string[]> }

const ways: Record<string, Consume> = {
  iteration: (switchAfter, next) => ({
    options: {},
    async run(connection) {
      const taken: string[] = []
      if (switchAfter === 0) connection.switchFraming(next)
      for await (const message of connection) {
        taken.push(text(message))
        if (taken.length === switchAfter) connection.switchFraming(next)
      }
      return taken
    },
  }),
  'a handler object': (switchAfter, next) => {
    const taken: string[] = []
    const handler = {
      open(connection: Connection<unknown, string>) {
        if (switchAfter === 0) connection.switchFraming(next)
      },
      message(connection: Connection<unknown, string>, message: unknown) {
        taken.push(text(message))
        if (taken.length === switchAfter) connection.switchFraming(next)
      },
    }
    return {
      options: { handler },
      async run(connection) {
        await connection.closed
        return taken
      },
    }
  },
  'a handler object that answers with promises': (switchAfter, next) => {
    const taken: string[] = []
    const handler = {
      async message(connection: Connection<unknown, string>, message: unknown) {
        taken.push(text(message))
        await turns(1)
        if (taken.length === switchAfter) connection.switchFraming(next)
      },
    }
    return {
      options: { handler },
      async run(connection) {
        if (switchAfter === 0) connection.switchFraming(next)
        await connection.closed
        return taken
      },
    }
  },
  'a WHATWG stream': (switchAfter, next) => ({
    options: {},
    async run(connection) {
      const taken: string[] = []
      if (switchAfter === 0) connection.switchFraming(next)
      for await (const message of connection.readable) {
        taken.push(text(message))
        if (taken.length === switchAfter) connection.switchFraming(next)
      }
      return taken
    },
  }),
  'a Node.js stream in a loop': (switchAfter, next) => ({
    options: {},
    async run(connection) {
      const taken: string[] = []
      if (switchAfter === 0) connection.switchFraming(next)
      // A stream of messages: an empty one would end a stream of bytes or text.
      for await (const message of connection.duplex() as AsyncIterable<unknown>) {
        taken.push(text(message))
        if (taken.length === switchAfter) connection.switchFraming(next)
      }
      return taken
    },
  }),
  'a Node.js stream by its data event': (switchAfter, next) => ({
    options: {},
    async run(connection) {
      const taken: string[] = []
      if (switchAfter === 0) connection.switchFraming(next)
      const duplex: Duplex = connection.duplex()
      duplex.on('data', (message: unknown) => {
        taken.push(text(message))
        if (taken.length === switchAfter) connection.switchFraming(next)
      })
      await once(duplex, 'end')
      duplex.end()
      return taken
    },
  }),
}

describe.each(Object.entries(ways))('switching the framing under %s', (_name, way) => {
  const chunkings = [Infinity, 7, 1]

  it.each([0, 1, 2, 3, 4, 5, 6])('is exact behind frame %i of a pipelined chunk', async (count) => {
    const { bytes, expected } = pipelined(count)
    for (const chunkSize of chunkings) {
      for (const borrowed of [true, false]) {
        const { options, run } = way(count, netstring())
        const { connection, peer } = attach<unknown, string>({
          ...options,
          framing: lines(),
          line: { chunkSize, borrowed },
        })
        const taken = run(connection)
        await peer.send(bytes)
        peer.end()
        expect(await taken).toEqual(expected)
        expect(await connection.closed).toMatchObject({ reason: 'ended', undelivered: 0 })
      }
    }
  })

  it('holds for the bytes that a FIN had already turned into a last frame', async () => {
    const { options, run } = way(1, raw())
    const { connection, peer } = attach<unknown, string>({ ...options, framing: lines() })
    const taken = run(connection)
    await peer.send('a\nthe rest\r')
    peer.end()
    expect(await taken).toEqual(['a', 'the rest\r'])
  })
})

describe('switching the framing', () => {
  it('drops what was decoded ahead, and errors found ahead, and decodes it again', async () => {
    const { connection, peer } = attach({ framing: lines({ maxFrame: 8 }) })
    await peer.send('go\nab\ncdefghijklmnopqrst')
    await turns()
    const iterator = connection[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: 'go' })
    connection.switchFraming(fixed(5))
    const rest = [await iterator.next(), await iterator.next(), await iterator.next()]
    expect(rest.map(({ value }) => text(value))).toEqual(['ab\ncd', 'efghi', 'jklmn'])
  })

  it.each([1, 2])(
    'reads none of %i messages again that came in front of an error',
    async (count) => {
      // Behind the netstrings come lines, which are an error to a decoder of netstrings that reads ahead.
      const { connection, peer } = attach<unknown, string>({ framing: netstring() })
      await peer.send(`${'3:abc,'.repeat(count)}one\ntwo\n`)
      peer.end()
      await turns()
      for (let taken = 0; taken < count; taken++)
        expect(text(await connection.receive())).toBe('abc')
      connection.switchFraming(lines())
      expect(await collect(connection)).toEqual(['one', 'two'])
    },
  )

  it('encodes with the new framing from the next message on', async () => {
    const { connection, peer } = attach()
    void connection.send('line')
    const switched = connection.switchFraming(lengthPrefixed({ bytes: 2 }))
    void switched.send('frame')
    void switched.switchFraming(lines()).send('line again')
    await peer.receives('line\n\u0000\u0005frameline again\n')
  })

  it('encodes with the new framing when nothing was sent before', async () => {
    const { connection, peer } = attach()
    void connection.switchFraming(netstring()).send('first')
    await peer.receives('5:first,')
  })

  it('gives every connection one and the same encoder, unless it keeps state', async () => {
    let made = 0
    const define = (perConnection: boolean): Framing<string> =>
      framing({
        name: 'counting',
        perConnection,
        decoder: () => ({ decode: () => 0 }),
        encoder: () => {
          made += 1
          return { encode: (message, output) => output.text(message) }
        },
      })
    const shared = define(false)
    for (const _ of [1, 2]) void attach().connection.switchFraming(shared).send('x')
    expect(made).toBe(1)
    const stateful = define(true)
    for (const _ of [1, 2]) void attach().connection.switchFraming(stateful).send('x')
    expect(made).toBe(3)
  })

  it('works inside open, before anything has come', async () => {
    const got: string[] = []
    const { peer, connection } = attach<unknown, string>({
      framing: lines(),
      handler: {
        open: (own) => void own.switchFraming(netstring()),
        message: (_, message) => void got.push(text(message)),
      },
    })
    await peer.send('5:hello,')
    peer.end()
    await connection.closed
    expect(got).toEqual(['hello'])
  })

  it('works while a promise of the handler is pending', async () => {
    const got: string[] = []
    const working = defer()
    const { peer, connection } = attach<unknown, string>({
      framing: lines(),
      handler: {
        message(_, message) {
          got.push(text(message))
          return got.length === 1 ? working.promise : undefined
        },
      },
    })
    await peer.send('a\n3:b\nc,')
    await turns()
    connection.switchFraming(netstring())
    await turns()
    expect(got).toEqual(['a'])
    working.resolve()
    peer.end()
    await connection.closed
    expect(got).toEqual(['a', 'b\nc'])
  })

  it('takes effect on what is still to be iterated when both sides have ended', async () => {
    const { connection, peer } = attach()
    await peer.send('a\n3:b\nc,')
    peer.end()
    await connection.end()
    await connection.closed
    const got: string[] = []
    for await (const message of connection) {
      got.push(text(message))
      if (got.length === 1) connection.switchFraming(netstring())
    }
    expect(got).toEqual(['a', 'b\nc'])
  })

  it('goes on behind what the old framing had discarded of a frame too large', async () => {
    const { connection, peer } = attach<unknown, string>({
      framing: delimited('||', { maxFrame: 4, oversize: 'discard' }) as unknown as Any,
    })
    const iterator = connection[Symbol.asyncIterator]()
    const first = iterator.next()
    await peer.send('ok||0123456789abcdef')
    expect(text((await first).value)).toBe('ok')
    const next = iterator.next()
    await turns()
    connection.switchFraming(lines())
    await peer.send('\nclean\n')
    // The last byte might have been half a delimiter and was kept; the rest is gone.
    expect(await next).toMatchObject({ value: 'f' })
    expect(await iterator.next()).toMatchObject({ value: 'clean' })
  })

  it('inside a batch brings back a frame too large that was skipped ahead', async () => {
    const { connection, peer } = attach({ framing: lines({ maxFrame: 4, oversize: 'discard' }) })
    await peer.send('a\nmuch too long\nb\n')
    await turns()
    const iterator = connection[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: 'a' })
    connection.switchFraming(lines())
    peer.end()
    expect(await iterator.next()).toMatchObject({ value: 'much too long' })
    expect(await iterator.next()).toMatchObject({ value: 'b' })
  })

  it('refuses a framing whose frames could never be complete, and keeps the old one', async () => {
    const { connection, peer } = attach({ inbox: 100, framing: lines({ maxFrame: 100 }) })
    expect(() => connection.switchFraming(lines({ maxFrame: 101 }))).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
    await peer.send('still lines\n')
    peer.end()
    expect(await collect(connection)).toEqual(['still lines'])
  })

  it('while paused decodes nothing until the connection is resumed', async () => {
    const { connection, peer } = attach<unknown, string>({ framing: lines() })
    connection.pause()
    await peer.send('3:a\nb,')
    peer.end()
    await turns()
    connection.switchFraming(netstring())
    connection.resume()
    expect((await collect(connection)).map(text)).toEqual(['a\nb'])
  })
})

describe('bytes behind the switch that the framing before it would refuse', () => {
  it.each([
    ['a loop', 'loop'],
    ['batches', 'batches'],
  ] as const)('are read from the first on, in %s', async (_, way) => {
    const { peer, connection } = attach<string, string>({ framing: lines({ maxFrame: 8 }) })
    await peer.send(`binary\n${'x'.repeat(100)}`)
    peer.end()
    await turns()
    for await (const taken of way === 'loop' ? connection : connection.batches()) {
      expect(String(taken)).toBe('binary')
      break
    }
    const chunks = await collect(connection.switchFraming(raw()))
    expect(Buffer.concat(chunks).toString()).toBe('x'.repeat(100))
  })
})
