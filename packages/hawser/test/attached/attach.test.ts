import type net from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import tls from 'node:tls'
import {
  attach,
  type ByteStream,
  connect,
  type Connection,
  lengthPrefixed,
  lines,
  raw,
  type Transport,
  type TransportSink,
} from 'hawser'
import { createPair, VirtualClock } from 'hawser/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { identities } from '../tls/support/identities.js'
import { duplexPair } from './support/duplex-pair.js'
import { netPair, type Pair, tlsPair, webPair } from './support/pairs.js'

const kinds: readonly [string, () => Pair<ByteStream> | Promise<Pair<ByteStream>>][] = [
  ['duplex streams', () => pairOf(duplexPair())],
  ['WHATWG streams', webPair],
  ['sockets made elsewhere', netPair],
  ['TLS sockets made elsewhere', tlsPair],
  ["transports of one's own", () => pairOf(createPair())],
]

let stop: () => void = () => undefined
afterEach(() => stop())

function pairOf<End>([left, right]: [End, End]): Pair<End> {
  return { left, right, stop: () => undefined }
}

describe.each(kinds)('over %s', (_name, make) => {
  it('messages go both ways, and both ends close in order', async () => {
    const pair = await make()
    stop = pair.stop
    const echo = attach<string, string>(pair.right, {
      framing: lines(),
      handler: { message: (connection, line) => connection.send(line.toUpperCase()) },
    })
    const connection = attach<string, string>(pair.left, { framing: lines() })
    const long = 'a line that is longer than what fits into one write'.repeat(5_000)
    const replies: string[] = []
    await connection.send('hello')
    await connection.send(long)
    for await (const line of connection) {
      replies.push(line)
      if (replies.length === 2) break
    }
    expect(replies).toEqual(['HELLO', long.toUpperCase()])
    const infos = [await connection.close(), await echo.closed]
    expect(infos.map(({ reason }) => reason)).toEqual(['ended', 'ended'])
    expect(infos[0]?.bytesRead).toBe(infos[0]?.bytesWritten)
  })

  it('a peer that does not read slows the sender, and loses nothing', async () => {
    const pair = await make()
    stop = pair.stop
    const sender = attach(pair.left, { framing: lengthPrefixed({ bytes: 4 }) })
    const reader = attach(pair.right, {
      framing: lengthPrefixed({ bytes: 4 }),
      inbox: 2 * 1024 * 1024,
    })
    const message = Buffer.alloc(100_000, 'x')
    let sent = 0
    while (sender.trySend(message)) sent += 1
    expect(sent).toBeGreaterThan(0)
    void sender.send(message)
    sent += 1
    void sender.end()
    let received = 0
    for await (const each of reader) received += each.length
    expect(received).toBe(sent * message.length)
    expect((await sender.closed).unsent).toBe(0)
  })
})

describe('a stream that ends in its own way', () => {
  it('destroyed without its end, the peer has broken off', async () => {
    const [left, right] = duplexPair()
    const connection = attach(left)
    right.destroy()
    const info = await connection.closed
    expect(info).toMatchObject({ reason: 'reset', by: 'remote' })
    expect(info.error).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
  })

  it('destroyed with an error, the connection ends with it', async () => {
    const [left] = duplexPair()
    const connection = attach(left)
    const cause = new Error('the cable was pulled')
    left.destroy(cause)
    const { error, reason } = await connection.closed
    expect(reason).toBe('connection-failed')
    expect(error?.cause).toBe(cause)
    expect(error?.message).toBe('the stream beneath it ended the connection: the cable was pulled')
  })

  it('destroyed before it was attached, the connection closes at once', async () => {
    const [left] = duplexPair()
    left.destroy()
    await closedEvent(left)
    const connection = attach(left)
    expect((await connection.closed).reason).toBe('reset')
  })

  it('ended by its peer before it was attached, the connection ends in order', async () => {
    const [left, right] = duplexPair()
    right.end()
    left.resume()
    await new Promise((resolve) => left.once('end', resolve))
    const connection = attach(left)
    const messages = []
    for await (const message of connection) messages.push(message)
    expect(messages).toEqual([])
    expect((await connection.closed).reason).toBe('ended')
  })

  it.each(['emitClose', 'autoDestroy'] as const)('though it has no %s', async (option) => {
    const loop = new PassThrough({ [option]: false })
    const connection = attach<string, string>(loop, { framing: lines() })
    await connection.send('back to me')
    await connection.end()
    const received = []
    for await (const line of connection) received.push(line)
    expect(received).toEqual(['back to me'])
    expect((await connection.closed).reason).toBe('ended')
    expect(loop.destroyed).toBe(true)
  })

  it('reset by us, it is destroyed', async () => {
    const [left] = duplexPair()
    const connection = attach(left)
    connection.reset()
    expect(await connection.closed).toMatchObject({ reason: 'reset', by: 'local' })
    expect(left.destroyed).toBe(true)
  })

  it('never taking its end behind that of its peer, it is let go of a second later', async () => {
    const left = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => done(),
      final: () => undefined,
    })
    const clock = new VirtualClock()
    const connection = attach(left, { clock })
    left.push(null)
    expect((await clock.runUntil(connection.closed)).reason).toBe('ended')
    expect(left.destroyed).toBe(true)
  })

  it('and so it is of a WHATWG stream', async () => {
    const readable = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })
    const writable = new WritableStream<Uint8Array>({
      close: () => new Promise<void>(() => undefined),
    })
    const clock = new VirtualClock()
    const connection = attach({ readable, writable }, { clock })
    expect((await clock.runUntil(connection.closed)).reason).toBe('ended')
  })

  it('never taking its end, it does not keep a close waiting', async () => {
    const left = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => done(),
      final: () => undefined,
    })
    const connection = attach(left, { lingerTimeout: 1 })
    expect((await connection.close()).reason).toBe('ended')
    expect(left.destroyed).toBe(true)
  })
})

describe('a stream that misbehaves ends its connection, and nothing else', () => {
  const failing = new Error('not today')
  const throwFailing = (): never => {
    throw failing
  }
  function throwing(part: 'read' | 'write' | 'final'): Duplex {
    const fail = throwFailing
    return new Duplex({
      read: part === 'read' ? fail : () => undefined,
      write: part === 'write' ? fail : (_chunk, _encoding, done) => done(),
      final: part === 'final' ? fail : (done) => done(),
    })
  }

  it.each(['read', 'write', 'final'] as const)('throwing in %s', async (part) => {
    const connection = attach(throwing(part))
    void connection.send('something')
    void connection.end()
    const { error } = await connection.closed
    expect(error).toMatchObject({ code: 'HAWSER_CONNECTION_FAILED', cause: failing })
  })

  it('bringing text behind a setEncoding() of its maker', async () => {
    const [left, right] = duplexPair()
    const connection = attach(left)
    left.setEncoding('latin1')
    right.write('text')
    const { error } = await connection.closed
    expect(error?.message).toMatch(/the stream brought text where bytes were expected/)
  })

  it('bringing objects as a WHATWG stream', async () => {
    const { left, right } = webPair()
    const connection = attach(left)
    void right.writable.getWriter().write({ not: 'bytes' })
    const { error } = await connection.closed
    expect(error?.message).toMatch(/a value of type object where bytes were expected/)
  })

  it.each(['start', 'write', 'end'] as const)('a transport that throws in %s', async (name) => {
    const [left] = createPair()
    const connection = attach(over(left, { [name]: throwFailing }))
    void connection.send('something')
    void connection.end()
    const { error } = await connection.closed
    expect(error).toMatchObject({ code: 'HAWSER_CONNECTION_FAILED', cause: failing })
  })

  const late = ['cancel', 'close', 'abort'] as const
  it.each(late)('a WHATWG stream whose %s fails has its end all the same', async (name) => {
    for (const way of [() => Promise.reject(failing), throwFailing]) {
      const failings = { [name]: way }
      const { left, right } = webPair()
      const readable = { getReader: () => over(left.readable.getReader(), failings) }
      const writable = { getWriter: () => over(left.writable.getWriter(), failings) }
      const connection = attach({ readable, writable })
      const peer = attach(right)
      if (name === 'close') await connection.end()
      else connection.reset()
      peer.reset()
      await connection.closed
    }
  })

  it.each(['reset', 'close'] as const)('a transport that throws in %s', async (name) => {
    const [left, right] = createPair()
    const connection = attach(over(left, { [name]: throwFailing }), { lingerTimeout: 1 })
    void connection[name]()
    await connection.closed
    await attach(right).close()
  })

  const silent = { reset: () => undefined, close: () => undefined }
  it.each(['reset', 'close'] as const)('a transport silent after %s is gone', async (name) => {
    const [left] = createPair()
    const clock = new VirtualClock()
    const connection = attach(over(left, silent), { clock })
    void connection[name]()
    const { reason, by } = await clock.runUntil(connection.closed)
    expect({ reason, by }).toEqual({ reason: name === 'reset' ? 'reset' : 'ended', by: 'local' })
  })

  it('a transport silent when both have ended is gone once all has left', async () => {
    let unsent = 4
    const { transport, ...its } = plain(() => unsent)
    const clock = new VirtualClock()
    const connection = attach(transport, { clock })
    void connection.send('last')
    its.sink().peerEnded()
    void connection.end()
    let isClosed = false
    const closed = connection.closed.finally(() => (isClosed = true))
    await clock.advance(5_000)
    expect(isClosed).toBe(false)
    unsent = 0
    expect((await clock.runUntil(closed)).reason).toBe('ended')
  })

  it('a transport that says it is gone when it is reset cannot hide why', async () => {
    for (const way of ['write', 'text']) {
      const { transport, ...its } = plain()
      const connection = attach(
        way === 'write' ? over(transport, { write: throwFailing }) : transport,
      )
      if (way === 'write') void connection.send('something')
      else its.sink().received('text' as unknown as Uint8Array, false, 0)
      expect((await connection.closed).reason).toBe('connection-failed')
    }
  })

  it('a transport whose write is an async function', async () => {
    const [left] = createPair()
    const connection = attach(over(left, { write: async () => true }))
    void connection.send('something')
    expect((await connection.closed).error?.message).toMatch(
      /write\(\) did not return whether all of it was taken at once/,
    )
  })

  it('destroyed with what is no error, and by a destroy that throws', async () => {
    const [left] = duplexPair()
    const connection = attach(left)
    left.emit('error', Object.create(null))
    expect((await connection.closed).reason).toBe('connection-failed')
    const [other] = duplexPair()
    const next = attach(over(other, { destroy: throwFailing }))
    next.reset()
    expect((await next.closed).reason).toBe('reset')
  })

  it('ended for writing by its maker, it does not pass for one that was written to', async () => {
    const { left, right, ...pair } = await netPair()
    stop = () => pair.stop()
    right.resume()
    left.end()
    const connection = attach(left)
    void connection.send('lost')
    expect(await connection.closed).toMatchObject({ reason: 'connection-failed', unsent: 4 })
    right.destroy()
    const none = attach(new Duplex({ writable: false, read: () => undefined } as object))
    void none.send('lost')
    expect((await none.closed).reason).toBe('connection-failed')
  })

  it('a WHATWG stream whose end fails has lost something', async () => {
    const readable = new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })
    const writable = new WritableStream({ close: () => Promise.reject(failing) })
    const connection = attach({ readable, writable })
    expect((await connection.closed).error).toMatchObject({ cause: failing })
  })

  it('a transport that goes on after it was gone', async () => {
    const received: unknown[] = []
    const connection = attach(talkative(), {
      framing: raw(),
      handler: { message: (_connection, bytes) => received.push(Buffer.from(bytes).toString()) },
    })
    expect((await connection.closed).reason).toBe('ended')
    expect(received).toEqual(['before'])
  })
})

it('a stream that asks to wait before the first write is written to all the same', async () => {
  const taken: string[] = []
  const writable = new WritableStream<Uint8Array>(
    { write: (bytes) => void taken.push(Buffer.from(bytes).toString()) },
    { highWaterMark: 0 },
  )
  const connection = attach({ readable: new ReadableStream<Uint8Array>(), writable })
  await connection.send('hello')
  await connection.flush()
  expect(taken).toEqual(['hello'])
  connection.reset()
})

it.each(['a duplex', 'a WHATWG stream'])(
  'bytes that never left are counted over %s',
  async (kind) => {
    const never = (): Promise<never> => new Promise(() => undefined)
    const stream: ByteStream =
      kind === 'a duplex'
        ? new Duplex({ read: () => undefined, write: () => undefined })
        : { readable: new ReadableStream(), writable: new WritableStream({ write: never }) }
    const connection = attach(stream)
    void connection.send(Buffer.alloc(1_000_000))
    await Promise.resolve()
    connection.reset()
    expect((await connection.closed).unsent).toBe(1_000_000)
  },
)

it('a stream of the package readable-stream, which does not say its encoding', async () => {
  const [left, right] = duplexPair()
  Object.defineProperty(left, 'readableEncoding', { value: undefined })
  const connection = attach<string, string>(left, { framing: lines() })
  right.write('hello\n')
  expect(await connection.receive()).toBe('hello')
  connection.reset()
})

describe('what is no stream of bytes is refused', () => {
  const { writable } = webPair().left
  const cases: readonly [string, unknown, RegExp][] = [
    ['nothing', undefined, /^stream is undefined: it takes a Duplex/],
    ['a number', 5, /^stream is a number: it takes/],
    ['half of a pair', { writable }, /^stream is an object: it takes/],
    ['objects', new PassThrough({ objectMode: true }), /^stream is in object mode, and bytes/],
    ['text', new PassThrough({ encoding: 'utf8' }), /^stream is read as utf8 text, and bytes/],
    ['a locked stream', locked(), /^stream has a reader or a writer already/],
  ]
  it.each(cases)('%s', (_name, stream, message) => {
    expect(() => attach(stream as ByteStream)).toThrow(
      expect.objectContaining({
        code: 'HAWSER_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })

  it('an option that attach does not have', () => {
    expect(() => attach(duplexPair()[0], { connectTimeout: 5 } as object)).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })
})

describe('a socket made elsewhere', () => {
  it('has its names, and can be reset', async () => {
    const pair = await netPair()
    stop = pair.stop
    const { localPort, remotePort } = pair.left
    const connection = attach(pair.left)
    const peer = attach(pair.right)
    expect(connection).toMatchObject({ localPort, remotePort, remoteFamily: 'IPv4' })
    peer.reset()
    expect((await connection.closed).reason).toBe('reset')
  })

  it('that is still connecting, or in the middle of a handshake, is waited for', async () => {
    const { ca, site } = await identities
    const server = tls.createServer({ key: site.key, cert: site.cert }, (peer) => peer.pipe(peer))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    const make = (): Duplex => tls.connect({ port, host: '127.0.0.1', ca })
    const early = attach<string, string>(make(), { framing: lines() })
    const late = await connect<string, string>(make, { framing: lines() })
    for (const connection of [early, late]) {
      await connection.send('hello')
      expect(await connection.receive()).toBe('hello')
      expect(connection.remotePort).toBe(port)
      expect(connection.tls).toMatchObject({ protocol: 'TLSv1.3', authorized: true })
      await connection.close()
    }
    await new Promise((resolve) => server.close(resolve))
  })

  it('under TLS has what was agreed on', async () => {
    const pair = await tlsPair()
    stop = pair.stop
    const connection: Connection = attach(pair.left)
    expect(connection.tls).toMatchObject({ protocol: 'TLSv1.3', authorized: true })
    expect(connection.remoteAddress).toBe('127.0.0.1')
    attach(pair.right)
    await connection.close()
  })
})

/** An object in front of another one, some of whose methods it replaces. */
function over<Target extends object>(target: Target, methods: object): Target {
  return new Proxy(target, {
    get(_target, key) {
      if (key in methods) return Reflect.get(methods, key)
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}

/** A transport that takes everything, and is gone in the middle of its reset. */
function plain(unsent = () => 0): { transport: Transport; sink: () => TransportSink } {
  let sink: TransportSink | undefined
  const transport: Transport = {
    capabilities: { reset: false, halfClose: true, borrowedReads: false, writeProgress: false },
    addresses: { local: undefined, remote: undefined },
    get unsent() {
      return unsent()
    },
    start: (given) => (sink = given),
    write: () => true,
    end: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    reset: () => sink?.gone(undefined),
    close: () => sink?.gone(undefined),
    ref: () => undefined,
    unref: () => undefined,
  }
  return { transport, sink: () => sink as TransportSink }
}

/** A transport that says more than it may. */
function talkative(): Transport {
  return {
    capabilities: { reset: false, halfClose: true, borrowedReads: false, writeProgress: false },
    unsent: 0,
    addresses: { local: undefined, remote: undefined },
    start(sink) {
      setImmediate(() => {
        sink.received(Buffer.from('before'), false, 0)
        sink.peerEnded()
        sink.gone(undefined)
        sink.received(Buffer.from('behind'), false, 0)
        sink.peerEnded()
        sink.wrote()
        sink.gone(new Error('again'))
      })
    },
    pause: () => undefined,
    resume: () => undefined,
    write: () => true,
    end: () => undefined,
    reset: () => undefined,
    close: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
  }
}

function locked(): ByteStream {
  const { left } = webPair()
  left.readable.getReader()
  return left
}

function closedEvent(stream: Duplex): Promise<unknown> {
  return new Promise((resolve) => stream.once('close', resolve))
}
