import fc from 'fast-check'
import { type Framing, framing, FramingError, fixed, lines, raw } from 'hawser'
import { connectPair } from 'hawser/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { collect, stateOf, turns } from './support/turns.js'
import { runs } from '../../../../test/support/property-runs.js'

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)

beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})

afterEach(async () => {
  await turns()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

/** A peer that takes almost nothing: what is sent waits. */
const clogged = { line: { capacity: 1 }, reading: false, highWaterMark: 9 } as const

describe('send below the high-water mark', () => {
  it('answers one and the same fulfilled promise to everybody', async () => {
    const one = attach()
    const other = attach()
    const promise = one.connection.send('a')
    expect(one.connection.send('b')).toBe(promise)
    expect(other.connection.send('c')).toBe(promise)
    expect(await stateOf(promise)).toBe('fulfilled')
  })

  it('writes once for all messages of a turn', async () => {
    const { connection, peer, transport } = attach()
    for (let count = 0; count < 100; count += 1) void connection.send(`${count}`)
    await turns(1)
    expect(transport.writes).toHaveLength(1)
    void connection.send('later')
    await turns(1)
    expect(transport.writes).toHaveLength(2)
    await peer.receives(
      `${Array.from({ length: 100 }, (_, index) => `${index}\n`).join('')}later\n`,
    )
  })

  it('writes once for all replies to the pieces of one read', async () => {
    const { peer, transport } = attach({ handler: { message: (own, line) => own.send(line) } })
    for (let piece = 0; piece < 3; piece += 1) {
      transport.sink?.received(Buffer.from(`${piece}\n`), false, 0, true)
      // Between two pieces of a read, promises and ticks have their go.
      await new Promise<void>((resolve) => {
        process.nextTick(resolve)
      })
      expect(transport.writes).toHaveLength(0)
    }
    transport.sink?.received(Buffer.from('last\n'), false, 0, false)
    expect(transport.writes).toHaveLength(1)
    await peer.receives('0\n1\n2\nlast\n')
    expect(transport.writes).toHaveLength(1)
  })

  it('writes the replies to a piece of a read that nothing follows in the same turn', async () => {
    const { peer, transport } = attach({ handler: { message: (own, line) => own.send(line) } })
    transport.sink?.received(Buffer.from('alone\n'), false, 0, true)
    await turns(1)
    expect(transport.writes).toHaveLength(1)
    await peer.receives('alone\n')
  })

  it('writes once for all replies to one chunk, under every way to consume', async () => {
    const byHandler = attach({ handler: { message: (own, line) => own.send(line) } })
    const byPromises = attach({
      handler: {
        async message(own, line) {
          await own.send(line)
        },
      },
    })
    const byLoop = attach({
      async run(own) {
        for await (const line of own) await own.send(line)
      },
    })
    const chunk = 'x\n'.repeat(500)
    for (const { peer, transport } of [byHandler, byPromises, byLoop]) {
      await peer.send(chunk)
      await peer.receives(chunk)
      expect(transport.writes).toHaveLength(1)
    }
  })

  it('writes once for all replies to one chunk of a connection among a thousand', async () => {
    const others = Array.from({ length: 1_000 }, () => attach())
    const { peer, transport } = attach({ handler: { message: (own, line) => own.send(line) } })
    const chunk = 'x\n'.repeat(500)
    await peer.send(chunk)
    await peer.receives(chunk)
    expect(transport.writes).toHaveLength(1)
    for (const { connection } of others) connection.reset()
  })

  it("made from another connection's handler is written once as well", async () => {
    const target = attach()
    const source = attach({ handler: { message: (_, line) => target.connection.send(line) } })
    await source.peer.send('a\nb\nc\n')
    await target.peer.receives('a\nb\nc\n')
    expect(target.transport.writes).toHaveLength(1)
  })
})

describe('send above the high-water mark', () => {
  it('is pending until the outbox is below it again, and settles in order', async () => {
    const { connection, peer } = attach(clogged)
    const order: number[] = []
    const promises = [1, 2, 3].map((number) =>
      connection.send('0123456789').then(() => order.push(number)),
    )
    await turns()
    expect([order, connection.canSend]).toEqual([[], false])
    peer.startReading()
    await Promise.all(promises)
    expect([order, connection.canSend, connection.unsent]).toEqual([[1, 2, 3], true, 0])
    expect(await stateOf(connection.send('x'))).toBe('fulfilled')
  })

  it('counts only what the operating system would not take', async () => {
    const { connection } = attach({ highWaterMark: 10, line: { capacity: Infinity } })
    expect(await stateOf(connection.send('x'.repeat(1_000)))).toBe('fulfilled')
    expect([connection.canSend, connection.unsent, connection.bytesWritten]).toEqual([
      true,
      0,
      1_001,
    ])
  })

  it('counts bytes, not characters', async () => {
    const { connection } = attach({ ...clogged, highWaterMark: 100 })
    expect(await stateOf(connection.send('é'.repeat(45)))).toBe('fulfilled')
    expect(await stateOf(connection.send('é'.repeat(10)))).toBe('pending')
    expect(connection.bytesWritten).toBe(112)
  })

  it('closes the connection when the outbox is full, and says so', async () => {
    const { connection, peer } = attach({ ...clogged, outbox: 100 })
    const waiting = connection.send('0123456789012345')
    await expect(connection.send('x'.repeat(100))).rejects.toMatchObject({
      code: 'HAWSER_OUTBOX_FULL',
      message: expect.stringContaining('100') as string,
    })
    await expect(waiting).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
      cause: { code: 'HAWSER_OUTBOX_FULL' },
    })
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'outbox-full',
      bytesWritten: 118,
      unsent: 117,
    })
    peer.startReading()
    await peer.receivesReset()
  })

  it('keeps to the outbox though the high-water mark is off', async () => {
    const { connection } = attach({ ...clogged, highWaterMark: Infinity, outbox: 100 })
    expect(await stateOf(connection.send('x'.repeat(50)))).toBe('fulfilled')
    expect(await stateOf(connection.send('x'.repeat(50)))).toBe('HAWSER_OUTBOX_FULL')
    expect(await connection.closed).toMatchObject({ reason: 'outbox-full' })
  })
})

describe('the outbox where it is not chosen', () => {
  it('has room for two of the largest frames, and not for three', async () => {
    const maxFrame = 16 * 1024 * 1024
    const { connection } = attach({ framing: lines({ maxFrame }), reading: false })
    const largest = 'x'.repeat(maxFrame)
    const two = [connection.send(largest), connection.send(largest)]
    expect(await Promise.all(two.map(stateOf))).toEqual(['pending', 'pending'])
    expect(await stateOf(connection.send(largest))).toBe('HAWSER_OUTBOX_FULL')
    expect(await connection.closed).toMatchObject({ reason: 'outbox-full' })
  })

  it('is 8 MiB where frames are small, and where they have no limit', async () => {
    for (const each of [lines(), { ...lines(), maxFrame: Infinity }]) {
      const { connection } = attach({ framing: each, inbox: Infinity, reading: false })
      const large = 'x'.repeat(1_000_000)
      const eight = Array.from({ length: 8 }, () => connection.send(large))
      expect(await Promise.all(eight.map(stateOf))).toEqual(Array(8).fill('pending'))
      expect(await stateOf(connection.send(large))).toBe('HAWSER_OUTBOX_FULL')
    }
  })
})

describe('trySend', () => {
  it('takes nothing when it answers false', async () => {
    const { connection, peer } = attach(clogged)
    expect(connection.trySend('0123456789')).toBe(true)
    expect(connection.trySend('not this')).toBe(false)
    expect([connection.messagesWritten, connection.bytesWritten]).toEqual([1, 11])
    peer.startReading()
    await peer.receives('0123456789\n')
    await turns()
    expect(connection.trySend('this')).toBe(true)
    await peer.receives('this\n')
  })

  it('throws when the framing cannot carry the message, and nothing is sent', async () => {
    const { connection, peer } = attach()
    expect(() => connection.trySend('two\nlines')).toThrow(FramingError)
    expect(connection.trySend('one line')).toBe(true)
    await peer.receives('one line\n')
  })

  it('answers false after end, close and reset', async () => {
    for (const stop of ['end', 'close', 'reset'] as const) {
      const { connection } = attach()
      void connection[stop]()
      expect(connection.trySend('x')).toBe(false)
    }
  })
})

describe('a message that cannot be sent', () => {
  it('leaves no trace, and the connection as it was', async () => {
    const { connection, peer } = attach<Uint8Array, string>({ framing: fixed(4) })
    await expect(connection.send('three')).rejects.toMatchObject({ code: 'HAWSER_MESSAGE_INVALID' })
    await connection.send('four')
    expect([connection.messagesWritten, connection.bytesWritten]).toEqual([1, 4])
    await peer.receives('four')
  })

  it('resets the connection when its encoder broke off in the middle of a frame', async () => {
    const broken: Framing<string> = framing({
      name: 'broken',
      decoder: () => ({ decode: () => 0 }),
      encoder: () => ({
        encode(message, output) {
          output.text(message)
          if (message === 'half') throw new Error('and the other half?')
        },
      }),
    })
    const { connection, peer } = attach({ framing: broken })
    await expect(connection.send('half')).rejects.toMatchObject({
      code: 'HAWSER_MESSAGE_INVALID',
      message: 'the encoder failed: and the other half?',
    })
    expect(await connection.closed).toMatchObject({ by: 'error', reason: 'message-invalid' })
    await peer.receivesReset()
  })

  it('is noticed as half a frame wherever in the outbox it broke off', async () => {
    // The sizes are such that the outbox changes blocks with as much used before as is put in.
    const { connection } = attach<Uint8Array, (string | number)[]>({
      framing: framing<Uint8Array, (string | number)[]>({
        name: 'pieces',
        decoder: () => ({ decode: () => 0 }),
        encoder: () => ({
          encode(pieces, output) {
            for (const piece of pieces) {
              if (piece === 'throw') throw new Error('broke off')
              if (typeof piece === 'string') output.text(piece)
              else output.buffer.fill(1, output.reserve(piece))
            }
          },
        }),
      }),
    })
    void connection.send([100, 'text', 16_200])
    await expect(connection.send([100, 'throw'])).rejects.toMatchObject({
      code: 'HAWSER_MESSAGE_INVALID',
    })
    expect(await connection.closed).toMatchObject({ reason: 'message-invalid' })
  })
})

describe('flush', () => {
  it('settles when what was accepted before was handed over, not what came later', async () => {
    const { connection, peer } = attach({ line: { capacity: 4 }, reading: false })
    void connection.send('abc')
    const first = connection.flush()
    await turns()
    expect(await stateOf(first)).toBe('fulfilled')
    void connection.send('defghij')
    const second = connection.flush()
    await turns()
    expect(await stateOf(second)).toBe('pending')
    peer.startReading()
    await second
    expect(connection.unsent).toBe(0)
  })

  it('is fulfilled at once when nothing waits', async () => {
    const { connection } = attach()
    expect(await stateOf(connection.flush())).toBe('fulfilled')
    await connection.send('x')
    await connection.flush()
    expect(connection.flush()).toBe(connection.flush())
  })

  it('rejects when the connection ends before, and for ever after', async () => {
    const { connection, peer } = attach(clogged)
    void connection.send('never')
    const flushing = connection.flush()
    peer.reset()
    await expect(flushing).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    await expect(connection.flush()).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    await expect(connection.end()).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
  })

  it('rejects after a reset that came before the write', async () => {
    const { connection } = attach()
    void connection.send('never')
    connection.reset()
    await expect(connection.flush()).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    expect(await connection.closed).toMatchObject({ bytesWritten: 6, unsent: 6 })
    expect(connection.bytesWritten).toBe(6)
    await expect(connection.flush()).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
  })

  it('is fulfilled after a close that lost nothing', async () => {
    const { connection, peer } = attach()
    void connection.send('x')
    peer.end()
    await connection.close()
    await connection.flush()
  })
})

describe('send on a connection that does not take it', () => {
  it('rejects with a code after end', async () => {
    const { connection } = attach()
    void connection.end()
    await expect(connection.send('x')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_ENDED' })
  })

  it('rejects with a code after reset, at once and later, though nothing was sent before', async () => {
    const { connection } = attach()
    connection.reset()
    expect([connection.canSend, connection.phase]).toEqual([false, 'ending'])
    await expect(connection.send('x')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    await connection.closed
    await expect(connection.send('x')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    expect([connection.canSend, connection.phase]).toEqual([false, 'closed'])
  })

  it('rejects with a code after end and then reset', async () => {
    const { connection, transport } = attach(clogged)
    void connection.send('waits')
    void connection.end()
    connection.reset()
    await expect(connection.send('x')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED' })
    expect(await connection.closed).toMatchObject({ by: 'local', unsent: 6 })
    expect(transport.ends).toEqual(['reset'])
  })

  it('rejects with a code after the peer has reset, with the reset as its cause', async () => {
    const { connection, peer } = attach()
    peer.reset()
    await connection.closed
    await expect(connection.send('x')).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_CLOSED',
      cause: { code: 'HAWSER_CONNECTION_RESET' },
    })
  })

  it('raises nothing when nobody looks at the promises', async () => {
    const { connection, peer } = attach(clogged)
    for (let count = 0; count < 5; count += 1) void connection.send('0123456789')
    void connection.flush()
    void connection.end()
    void connection.send('too late')
    peer.reset()
    await connection.closed
    void connection.send('much too late')
    void connection.flush()
    void connection.end()
    await turns()
    expect(unhandled).toEqual([])
  })
})

describe('large messages', () => {
  it('are handed on as they are, without a copy, between what was sent around them', async () => {
    const { connection, peer, transport } = attach<Uint8Array, Uint8Array | string>({
      framing: raw(),
    })
    const large = Buffer.alloc(16 * 1024, 'L')
    const small = Buffer.alloc(10, 's')
    for (const message of ['text', small, large, small, 'more', large])
      void connection.send(message)
    await peer.receives(
      Buffer.concat([Buffer.from('text'), small, large, small, Buffer.from('more'), large]),
    )
    expect(transport.writes).toHaveLength(1)
    expect(transport.writes[0]?.filter((chunk) => chunk === large)).toHaveLength(2)
    expect(transport.writes[0]).toHaveLength(4)
  })

  it('below 16 KiB may be changed as soon as they were sent', async () => {
    const { connection, peer } = attach<Uint8Array, Uint8Array>({ framing: raw() })
    const bytes = Buffer.alloc(16 * 1024 - 1, 'a')
    void connection.send(bytes)
    bytes.fill('b')
    await peer.receives(Buffer.alloc(16 * 1024 - 1, 'a'))
  })
})

describe('whatever is sent', () => {
  const message = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.uint8Array({ maxLength: 100 }),
    fc.integer({ min: 16_000, max: 40_000 }).map((size) => Buffer.alloc(size, `${size}`)),
    fc.integer({ min: 60_000, max: 100_000 }).map((size) => 'é'.repeat(size)),
  )
  const script = fc.array(fc.record({ message, pause: fc.boolean() }), { maxLength: 30 })

  it('arrives intact and in order, however small the buffers on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.constantFrom(1_000, 5_000, 65_536),
        fc.constantFrom(777, Infinity),
        async (steps, capacity, chunkSize) => {
          const [sender, receiver] = connectPair({ line: { capacity, chunkSize }, framing: raw() })
          const received = collect(receiver)
          for (const step of steps) {
            const sent = sender.send(step.message)
            if (step.pause) await sent
          }
          await sender.end()
          const expected = Buffer.concat(steps.map((step) => Buffer.from(step.message)))
          expect(Buffer.compare(Buffer.concat(await received), expected)).toBe(0)
          const [info] = await Promise.all([sender.closed, receiver.closed])
          expect(info).toMatchObject({ bytesWritten: expected.length, unsent: 0 })
        },
      ),
      runs(60),
    )
  })
})

describe('the numbers of a connection', () => {
  it('count bytes and messages both ways, framing included', async () => {
    const { connection, peer } = attach({ framing: lines({ sendCrlf: true }) })
    void connection.send('é')
    void connection.send('')
    expect([connection.messagesWritten, connection.bytesWritten, connection.unsent]).toEqual([
      2, 6, 6,
    ])
    await peer.receives('é\r\n\r\n')
    expect(connection.unsent).toBe(0)
  })

  it('name both ends, and belong to a connection with an id', () => {
    const one = attach().connection
    const other = attach().connection
    expect(other.id).toBe(one.id + 1)
    expect([one.remoteAddress, one.remotePort, one.remoteFamily]).toEqual([
      '192.0.2.1',
      40_001,
      'IPv4',
    ])
    expect([one.localAddress, one.localPort]).toEqual(['192.0.2.2', 8_000])
  })

  it('keep the process alive or not, as they are told', () => {
    const { connection, transport } = attach()
    expect(connection.unref()).toBe(connection)
    expect(transport.referenced).toBe(false)
    expect(connection.ref()).toBe(connection)
    expect(transport.referenced).toBe(true)
  })
})
