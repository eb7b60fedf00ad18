import { once } from 'node:events'
import { connect, type Connection, createServer, lengthPrefixed, lines, OptionError } from 'hawser'
import { connectPair, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Budget, privateAllowance } from '../../src/policy/budget.js'
import { until } from '../../../../test/support/until.js'
import { attach } from './support/attach.js'
import { collect, defer, stateOf, turns } from './support/turns.js'

/** A peer that does not read, so that everything beyond `capacity` waits in our outbox. */
const deaf = {
  line: { backward: { capacity: 8 } },
  reading: false,
  highWaterMark: 100,
} as const
const long = 'x'.repeat(200)
const ignore = (): void => undefined

describe('while the outbox is above its high-water mark', () => {
  it('a handler object gets no message and nothing is read, though it awaits nothing', async () => {
    const got: string[] = []
    let writable = 0
    const { connection, peer, transport } = attach({
      ...deaf,
      handler: {
        message(own, line) {
          got.push(line)
          void own.send(long)
        },
        writable: () => void (writable += 1),
      },
    })
    await peer.send('a\nb\nc\n')
    await turns()
    expect([got, transport.paused, connection.canSend, writable]).toEqual([['a'], true, false, 0])
    const unseen = peer.send('d\n')
    await turns()
    expect(connection.bytesRead).toBe(6)
    peer.startReading()
    await unseen
    await peer.receives(`${long}\n`.repeat(4))
    expect([got, transport.paused, writable]).toEqual([['a', 'b', 'c', 'd'], false, 4])
  })

  it('a handler object whose message leaves the waiting to a helper gets no message', async () => {
    const got: string[] = []
    const reply = async (own: Connection<string, string>): Promise<void> => {
      await own.send(long)
    }
    const { peer, transport } = attach({
      ...deaf,
      handler: {
        message(own, line) {
          got.push(line)
          void reply(own)
        },
      },
    })
    await peer.send('a\nb\nc\n')
    await turns()
    expect([got, transport.paused]).toEqual([['a'], true])
    peer.startReading()
    await peer.receives(`${long}\n`.repeat(3))
    expect([got, transport.paused]).toEqual([['a', 'b', 'c'], false])
  })

  it('a handler object that returned the promise of what it awaits is not stopped by its send', async () => {
    const got: string[] = []
    const { peer, transport } = attach({
      ...deaf,
      handler: {
        async message(own, line) {
          got.push(line)
          await own.send(long)
        },
      },
    })
    await peer.send('a\nb\n')
    await turns()
    // It is read, and what is read waits.
    expect([got, transport.paused]).toEqual([['a'], false])
    peer.startReading()
    await peer.receives(`${long}\n`.repeat(2))
    expect(got).toEqual(['a', 'b'])
  })

  it.each<[string, (own: Connection<string, string>) => void]>([
    ['trySend', (own) => void own.trySend(long)],
    ['send', (own) => void own.send(long)],
    ['send, awaited', (own) => void own.send(long).then(ignore, ignore)],
  ])('a handler object gets its messages that did not send: %s elsewhere', async (_how, send) => {
    const got: string[] = []
    const { connection, peer, transport } = attach({
      ...deaf,
      handler: { message: (_own, line) => void got.push(line) },
    })
    send(connection)
    await turns()
    expect(connection.canSend).toBe(false)
    await peer.send('a\nb\n')
    await turns()
    expect([got, transport.paused]).toEqual([['a', 'b'], false])
  })

  it('a loop that asks for a message gets it, though trySend finds no room', async () => {
    const { connection, peer, transport } = attach(deaf)
    const next = connection[Symbol.asyncIterator]().next()
    expect(connection.trySend(long)).toBe(true)
    expect([connection.canSend, transport.paused]).toEqual([false, false])
    await peer.send('a\n')
    expect(await next).toMatchObject({ value: 'a' })
  })

  it('a loop at work on a message gets no other one, though it sends by trySend', async () => {
    const { connection, peer, transport } = attach(deaf)
    await peer.send('a\nb\n')
    const iterator = connection[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: 'a' })
    expect(connection.trySend(long)).toBe(true)
    const next = iterator.next()
    await turns()
    expect([await stateOf(next), transport.paused]).toEqual(['pending', true])
    peer.startReading()
    expect(await next).toMatchObject({ value: 'b' })
  })

  it('a loop gets no message and nothing is read', async () => {
    const { connection, peer, transport } = attach(deaf)
    await peer.send('a\nb\n')
    const iterator = connection[Symbol.asyncIterator]()
    expect(await iterator.next()).toMatchObject({ value: 'a' })
    void connection.send(long)
    expect(transport.paused).toBe(true)
    const next = iterator.next()
    await turns()
    expect(await stateOf(next)).toBe('pending')
    peer.startReading()
    expect(await next).toMatchObject({ value: 'b' })
    expect(transport.paused).toBe(false)
  })

  it('messages are delivered all the same to clients and pools, whose bound is the outbox', async () => {
    const got: string[] = []
    const { peer, transport } = attach({
      ...deaf,
      brakes: 'none',
      handler: {
        message(own, line) {
          got.push(line)
          void own.send(long)
        },
      },
    })
    await peer.send('a\nb\n')
    await peer.send('c\n')
    await turns()
    expect([got, transport.paused]).toEqual([['a', 'b', 'c'], false])
  })

  it('a stream of ours takes no more than its next message', async () => {
    const { connection, peer } = attach(deaf)
    const writer = connection.writable.getWriter()
    const first = writer.write(long)
    await turns()
    expect([await stateOf(first), connection.messagesWritten]).toEqual(['pending', 1])
    void writer.write('next')
    await turns()
    expect(connection.messagesWritten).toBe(1)
    peer.startReading()
    await writer.close()
    expect((await peer.receiveAll()).length).toBe(206)
  })
})

describe('reading', () => {
  it('stops at the mark of the outbox while a loop awaits room in it, and loses nothing', async () => {
    const { connection, peer, transport } = attach({
      framing: lines({ maxFrame: 1_000 }),
      highWaterMark: 2_000,
      reading: false,
      line: { capacity: 1_000 },
    })
    const filled = 'x'.repeat(999)
    const loop = (async () => {
      for await (const line of connection) await connection.send(line)
    })()
    const sent = (async () => {
      for (let round = 0; round < 40; round += 1) await peer.send(`${filled}\n`)
      peer.end()
    })()
    await turns(100)
    expect(transport.paused).toBe(true)
    // What the peer's line took, and twice the mark with the line that passed it.
    expect(connection.bytesRead).toBeLessThanOrEqual(1_000 + 2 * (2_000 + 1_000))
    peer.startReading()
    expect((await peer.receiveAll()).length).toBe(40_000)
    await Promise.all([loop, sent])
  })

  it('goes on while a handler is busy, up to the inbox limit, and then again when it takes', async () => {
    const working = defer()
    const { peer, connection, transport } = attach({
      inbox: 1_000,
      framing: lines({ maxFrame: 100 }),
      handler: { message: (own) => (own.messagesRead === 1 ? working.promise : undefined) },
    })
    await peer.send('x\n')
    for (let sent = 0; sent < 9; sent += 1) {
      await peer.send('x'.repeat(99).concat('\n'))
      await turns()
    }
    expect(transport.paused).toBe(false)
    await peer.send('x'.repeat(99).concat('\n'))
    await turns()
    expect([transport.paused, connection.bytesRead]).toEqual([true, 1_002])
    working.resolve()
    await turns()
    expect([transport.paused, connection.messagesRead]).toEqual([false, 11])
  })

  it('sees a reset while a handler is busy', async () => {
    const { peer, connection } = attach({ handler: { message: () => defer().promise } })
    await peer.send('a\nb\n')
    await turns()
    peer.reset()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })

  it('stops at the inbox limit when nobody consumes, and goes on when somebody does', async () => {
    const { peer, connection, transport } = attach({
      inbox: 100,
      framing: lines({ maxFrame: 100 }),
    })
    await peer.send('x\n'.repeat(60))
    await turns()
    expect(transport.paused).toBe(true)
    for (let sent = 0; sent < 10; sent += 1) await peer.send('y\n')
    peer.end()
    const all = await collect(connection)
    expect(all).toEqual([...Array<string>(60).fill('x'), ...Array<string>(10).fill('y')])
  })

  it('stops at the inbox limit when the connection is paused', async () => {
    const { peer, connection, transport } = attach({
      inbox: 100,
      framing: lines({ maxFrame: 100 }),
      handler: { message: () => undefined },
    })
    connection.pause()
    await peer.send('x\n'.repeat(30))
    await turns()
    expect(transport.paused).toBe(false)
    await peer.send('x\n'.repeat(30))
    await turns()
    expect(transport.paused).toBe(true)
    connection.resume()
    expect([transport.paused, connection.messagesRead]).toEqual([false, 60])
  })

  it.each([51, 99, 100])('lets a frame of %i bytes complete in an inbox of 100', async (size) => {
    const ways = [
      { handler: { message: () => undefined } },
      {
        async run(own: AsyncIterable<unknown>) {
          await collect(own)
        },
      },
    ]
    for (const way of ways) {
      for (const chunkSize of [1, 60]) {
        const { connection, peer } = attach<Uint8Array, string>({
          ...way,
          inbox: 100,
          framing: lengthPrefixed({ bytes: 4, maxFrame: 100 }),
          line: { chunkSize },
        })
        const frame = Buffer.concat([Buffer.from([0, 0, 0, size]), Buffer.alloc(size, 'x')])
        await peer.send(Buffer.concat([frame, frame, frame]))
        peer.end()
        await connection.closed
        expect(connection.messagesRead).toBe(3)
      }
    }
  })

  it('does not begin with a framing whose frames the inbox cannot hold', () => {
    for (const make of [
      () => createServer({ framing: lines({ maxFrame: 101 }), inbox: 100 }),
      () => connectPair({ framing: lines({ maxFrame: 101 }), inbox: 100 }),
    ]) {
      expect(make).toThrow(
        expect.objectContaining({
          code: 'HAWSER_INVALID_OPTION',
          message: expect.stringMatching(/101.*100/) as string,
        }) as OptionError,
      )
    }
  })

  it('begins with one whose frames are larger than the usual inbox, and gets such a frame', async () => {
    const size = 3 * 1024 * 1024
    const { connection, peer } = attach({ framing: lines({ maxFrame: size }) })
    const next = connection[Symbol.asyncIterator]().next()
    const sending = peer.send(Buffer.concat([Buffer.alloc(size, 'x'), Buffer.from('\n')]))
    expect((await next).value).toHaveLength(size)
    await sending
    expect(() => createServer({ framing: { ...lines(), maxFrame: Infinity } })).toThrow(OptionError)
  })
})

describe('the memory of all connections', () => {
  it('counts what each holds beyond 64 KiB each way, and nothing once they are gone', async () => {
    const memory = new Budget(Infinity)
    const { connection, peer } = attach({
      memory,
      reading: false,
      highWaterMark: 1_000_000,
      line: { backward: { capacity: 1 } },
    })
    const line = `${'x'.repeat(999)}\n`
    await peer.send(line.repeat(60))
    await turns()
    expect(memory.used).toBe(0)
    await peer.send(line.repeat(40))
    await turns()
    expect(memory.used).toBe(100_000 - privateAllowance)
    await connection.send('y'.repeat(99_999))
    await turns()
    expect(memory.used).toBe(100_000 - privateAllowance + 100_000 - privateAllowance)
    const iterator = connection[Symbol.asyncIterator]()
    for (let taken = 0; taken < 90; taken += 1) await iterator.next()
    await peer.send(line)
    await turns()
    expect(memory.used).toBe(100_000 - privateAllowance)
    connection.reset()
    await connection.closed
    expect(memory.used).toBe(0)
  })

  it('spares one that made progress since another was stalled, though it began before', async () => {
    const clock = new VirtualClock()
    const server = createServer({ framing: lines(), memory: 1_200_000, clock }, {})
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const line = `${'z'.repeat(9_999)}\n`
    /** A client whose connection holds so many lines that it does not take, a second later. */
    const stall = async (count: number) => {
      const accepted = once(server, 'connection')
      const peer = await ScriptedPeer.connect(server.address())
      const [connection] = (await accepted) as [Connection<string, string>]
      connection.pause()
      await peer.send(line.repeat(count))
      await until(() => connection.bytesRead === count * line.length)
      await clock.advance(1_000)
      return { peer, connection }
    }
    const first = await stall(60)
    const second = await stall(50)
    first.connection.resume()
    const messages = first.connection[Symbol.asyncIterator]()
    for (let taken = 0; taken < 20; taken += 1) await messages.next()
    await clock.advance(1_000)
    const third = await stall(60)
    const all = [first, second, third].map(({ connection }) => connection)
    const evicted = await Promise.race(all.map(({ closed }) => closed))
    expect(evicted.reason).toBe('memory-full')
    expect(second.connection.phase).toBe('closed')
    expect([first.connection.phase, third.connection.phase]).toEqual(['open', 'open'])
    for (const { peer } of [first, second, third]) peer.reset()
  })

  it('resets the one that has been stalled longest, and the others go on', async () => {
    const stalled: ScriptedPeer[] = []
    const reasons: string[] = []
    const evicted = defer()
    const server = createServer(
      { framing: lines(), memory: 4 * 1024 * 1024, outbox: Infinity, highWaterMark: 512 * 1024 },
      {
        message: (own, line) => own.send(line),
        close(own, info) {
          reasons.push(`${String(own.data)} ${info.reason}`)
          evicted.resolve()
        },
        open: (own) => void (own.data = 'peer'),
      },
    )
    onTestFinished(async () => {
      for (const peer of stalled) peer.reset()
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    for (let count = 0; count < 32; count += 1) {
      stalled.push(await ScriptedPeer.connect(server.address(), { reading: false }))
    }
    const line = `${'z'.repeat(64 * 1024 - 1)}\n`
    const block = line.repeat(256)
    for (const peer of stalled) void peer.send(block)
    await evicted.promise
    const { port } = server.address() as { port: number }
    const other = await connect(`tcp://127.0.0.1:${port}`, { framing: lines() })
    const iterator = other[Symbol.asyncIterator]()
    for (const word of ['still', 'being', 'served']) {
      void other.send(word)
      expect(await iterator.next()).toMatchObject({ value: word })
    }
    await iterator.return?.()
    expect(server.info().memory.used).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(reasons.length).toBeGreaterThan(0)
    expect(reasons.every((reason) => reason === 'peer memory-full')).toBe(true)
    expect(server.connections.size).toBe(33 - reasons.length)
    other.reset()
    for (const peer of stalled) peer.reset()
    await Promise.all([...server.connections].map(({ closed }) => closed))
    expect(server.info().memory.used).toBe(0)
  })
})
