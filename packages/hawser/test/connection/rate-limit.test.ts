import { connect, lines, raw, relay } from 'hawser'
import { connectPair, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { serve } from '../server/support/serving.js'
import { attach } from './support/attach.js'
import { collect, turns } from './support/turns.js'

/** So many lines. */
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${index}\n`).join('')

/** What a handler object gets, with the time at which it did. */
function timed(clock: VirtualClock): { times: number[]; message: () => void } {
  const times: number[] = []
  return { times, message: () => void times.push(clock.now()) }
}

describe('a limit of messages a second that slows down', () => {
  it('delivers a burst, and then one message after another, to the millisecond', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const rateLimit = { messages: { perSecond: 10, burst: 3 } }
    const { peer, connection } = attach({ clock, handler, rateLimit })
    await peer.send(numbered(8))
    await clock.advance(10_000)
    expect(handler.times).toEqual([0, 0, 0, 100, 200, 300, 400, 500])
    await peer.send(numbered(4))
    await clock.advance(1_000)
    expect(handler.times.slice(8)).toEqual([10_000, 10_000, 10_000, 10_100])
    connection.reset()
  })

  it('has a burst of a second by default', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection } = attach({ clock, handler, rateLimit: { messages: 5 } })
    await peer.send(numbered(7))
    await clock.advance(10_000)
    expect(handler.times).toEqual([0, 0, 0, 0, 0, 200, 400])
    connection.reset()
  })

  it('keeps to thirds of a millisecond over an hour', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const rateLimit = { messages: { perSecond: 3, burst: 1 } }
    const { peer, connection } = attach({ clock, handler, rateLimit })
    await peer.send(numbered(901))
    await clock.advance(300_001)
    expect(handler.times).toHaveLength(901)
    expect(handler.times.at(-1)).toBeCloseTo(300_000, 0)
    connection.reset()
  })

  it('slows a loop, and one over batches, which get no more at once', async () => {
    const clock = new VirtualClock()
    const rateLimit = { messages: { perSecond: 10, burst: 4 } }
    const one = attach({ clock, rateLimit })
    const many = attach({ clock, rateLimit })
    const taken: number[] = []
    const sizes: [number, number][] = []
    const loops = [
      (async () => {
        for await (const message of one.connection) {
          taken.push(clock.now())
          if (message === '5') return
        }
      })(),
      (async () => {
        for await (const batch of many.connection.batches()) {
          sizes.push([clock.now(), batch.length])
          if (batch.at(-1) === '5') return
        }
      })(),
    ]
    await Promise.all([one.peer.send(numbered(6)), many.peer.send(numbered(6))])
    await clock.advance(1_000)
    await Promise.all(loops)
    expect(taken).toEqual([0, 0, 0, 0, 100, 200])
    expect(sizes).toEqual([
      [0, 4],
      [100, 1],
      [200, 1],
    ])
    one.connection.reset()
    many.connection.reset()
  })

  it('stops reading meanwhile, and holds no more than what was read', async () => {
    const clock = new VirtualClock()
    const rateLimit = { messages: 1 }
    const line = { chunkSize: 100, capacity: 1_000 }
    const handler = timed(clock)
    const { peer, connection, transport } = attach({ clock, handler, rateLimit, line })
    void peer.send(`${'x'.repeat(9)}\n`.repeat(1_000)).catch(() => undefined)
    await clock.advance(5_000)
    expect(handler.times).toHaveLength(6)
    expect(transport.paused).toBe(true)
    expect(connection.bytesRead).toBeLessThanOrEqual(200)
    connection.reset()
  })

  it('is no reason to end: neither a wait of ours, nor a missing heartbeat', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection } = attach({
      clock,
      handler,
      rateLimit: { messages: 0.005 },
      idleTimeout: 1_000,
      readIdleTimeout: 1_000,
      consumerTimeout: 1_000,
      frameTimeout: 1_000,
    })
    await peer.send('one\ntwo\nthr')
    await clock.advance(199_000)
    expect(connection.phase).toBe('open')
    expect(handler.times).toEqual([0])
    await clock.advance(1_000)
    expect(handler.times).toEqual([0, 200_000])
    connection.reset()
  })

  it('delivers what came before the end of the peer, at its pace', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const rateLimit = { messages: { perSecond: 0.5, burst: 1 } }
    const options = { clock, handler, rateLimit, idleTimeout: 1_000, consumerTimeout: 1_000 }
    const { peer, connection } = attach(options)
    await peer.send(numbered(3))
    peer.end()
    await clock.advance(10_000)
    expect(handler.times).toEqual([0, 2_000, 4_000])
    expect((await connection.closed).reason).toBe('ended')
  })

  it('and of one whose end is known before they are taken', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const rateLimit = { messages: { perSecond: 0.1, burst: 1 } }
    const options = { clock, handler, rateLimit, idleTimeout: 1_000, consumerTimeout: 1_000 }
    const { peer, connection } = attach(options)
    connection.pause()
    await peer.send(numbered(3))
    peer.end()
    await turns()
    expect(connection.phase).toBe('peer-ended')
    connection.resume()
    await clock.advance(30_000)
    expect(handler.times).toEqual([0, 10_000, 20_000])
    expect((await connection.closed).reason).toBe('ended')
  })

  it('lets a drain finish, at its pace', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection, drain } = attach({ clock, handler, rateLimit: { messages: 1 } })
    await peer.send(numbered(3))
    await turns()
    drain()
    await clock.advance(1_500)
    expect(connection.phase).toBe('draining')
    await clock.advance(500)
    peer.end()
    await connection.closed
    expect(handler.times).toEqual([0, 1_000, 2_000])
  })

  it('is forgotten by what is taken after the end', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({ clock, rateLimit: { messages: 1 } })
    await peer.send(numbered(5))
    peer.end()
    await turns()
    const loop = connection[Symbol.asyncIterator]()
    expect(await loop.next()).toMatchObject({ value: '0' })
    const second = loop.next()
    await loop.return?.()
    expect(await second).toMatchObject({ done: true })
    await connection.end()
    await connection.closed
    expect(await collect(connection)).toEqual(['1', '2', '3', '4'])
  })

  it('does not count the replies of a heartbeat that are not delivered', async () => {
    const clock = new VirtualClock()
    const received: string[] = []
    const [client, server] = connectPair<string, string>({
      framing: lines(),
      clock,
      rateLimit: { messages: { perSecond: 0.001, burst: 1 } },
      heartbeat: { every: 1_000, ping: 'ping', isPong: (message) => message === 'pong' },
      handler: { message: (_, message) => void received.push(message) },
    })
    for (let beats = 0; beats < 10; beats += 1) {
      await client.send('pong')
      await clock.advance(1_000)
    }
    expect(server.phase).toBe('open')
    await client.send('hello')
    await turns()
    expect(received).toEqual(['hello'])
    client.reset()
  })

  it('goes by receive as well', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({ clock, rateLimit: { messages: 1 } })
    await peer.send(numbered(2))
    expect(await connection.receive()).toBe('0')
    const second = connection.receive({ timeout: 5_000 }).then((line) => [line, clock.now()])
    await clock.advance(3_000)
    expect(await second).toEqual(['1', 1_000])
    connection.reset()
  })
})

describe('a limit of bytes a second that slows down', () => {
  it('reads on when what came has been paid for', async () => {
    const clock = new VirtualClock()
    const times: [number, number][] = []
    const { peer, connection, transport } = attach({
      clock,
      framing: raw(),
      line: { chunkSize: 500 },
      rateLimit: { bytes: { perSecond: 1_000, burst: 1_000 } },
      handler: { message: (_, chunk) => void times.push([clock.now(), chunk.length]) },
    })
    void peer.send(new Uint8Array(3_000)).catch(() => undefined)
    await clock.advance(10_000)
    expect(times).toEqual([
      [0, 500],
      [0, 500],
      [0, 500],
      [500, 500],
      [1_000, 500],
      [1_500, 500],
    ])
    expect(transport.paused).toBe(false)
    connection.reset()
  })

  it('takes a message that is larger than its burst', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection } = attach({
      clock,
      handler,
      line: { chunkSize: 10_000 },
      rateLimit: { bytes: { perSecond: 1_000, burst: 100 } },
      idleTimeout: 1_000,
      frameTimeout: 1_000,
      consumerTimeout: 1_000,
      minimumRateGrace: 1_000,
    })
    await peer.send(`${'x'.repeat(49_999)}\n`)
    await clock.advance(60_000)
    expect(handler.times).toHaveLength(1)
    expect(handler.times[0]).toBeCloseTo(39_900, 0)
    connection.reset()
  })

  it('delivers what was read before it stopped', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection } = attach({ clock, handler, rateLimit: { bytes: 1 } })
    await peer.send(numbered(10))
    await turns()
    expect(handler.times).toHaveLength(10)
    expect(connection.phase).toBe('open')
    connection.reset()
  })

  it('slows one direction of a relay', async () => {
    const clock = new VirtualClock()
    const rateLimit = { bytes: { perSecond: 1_000, burst: 1_000 } }
    const [sender, near] = connectPair({ clock, rateLimit, line: { chunkSize: 1_000 } })
    const [far, receiver] = connectPair({ clock })
    const done = relay(near, far)
    void sender.send(new Uint8Array(5_000)).catch(() => undefined)
    await turns()
    const passed: number[] = []
    for (let second = 0; second < 4; second += 1) {
      passed.push(far.bytesWritten)
      await clock.advance(1_000)
    }
    expect(passed).toEqual([2_000, 3_000, 4_000, 5_000])
    expect(near.phase).toBe('open')
    sender.reset()
    receiver.reset()
    await done
  })
})

describe('a limit that closes', () => {
  it('ends with the message that is one too many, which is not delivered', async () => {
    const clock = new VirtualClock()
    const received: string[] = []
    const { peer, connection } = attach({
      clock,
      rateLimit: { messages: { perSecond: 10, burst: 3 }, over: 'close' },
      handler: { message: (_, message: string) => void received.push(message) },
    })
    await peer.send(numbered(3))
    await clock.advance(100)
    await peer.send('3\n')
    await clock.advance(99)
    expect(connection.phase).toBe('open')
    await peer.send('4\n5\n')
    await turns()
    peer.end()
    expect(await connection.closed).toMatchObject({
      reason: 'rate-exceeded',
      by: 'error',
      error: {
        code: 'HAWSER_RATE_EXCEEDED',
        option: 'rateLimit.messages',
        message:
          "the peer sent more than 10 messages a second, with a burst of 3: raise rateLimit.messages, or slow the peer down instead (over: 'slow')",
      },
    })
    expect(received).toEqual(['0', '1', '2', '3'])
    expect(connection.messagesRead).toBe(4)
  })

  it('throws out of a loop, behind what was allowed', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({ clock, rateLimit: { messages: 2, over: 'close' } })
    await peer.send(numbered(5))
    const received: string[] = []
    const loop = (async () => {
      for await (const message of connection) received.push(message)
    })()
    await expect(loop).rejects.toMatchObject({ code: 'HAWSER_RATE_EXCEEDED' })
    expect(received).toEqual(['0', '1'])
  })

  it('throws out of a loop over batches, and rejects receive', async () => {
    const clock = new VirtualClock()
    const limited = { clock, rateLimit: { messages: 2, over: 'close' } } as const
    const batched = attach(limited)
    await batched.peer.send(numbered(5))
    const batches: string[][] = []
    const loop = (async () => {
      for await (const batch of batched.connection.batches()) batches.push(batch)
    })()
    await expect(loop).rejects.toMatchObject({ code: 'HAWSER_RATE_EXCEEDED' })
    expect(batches).toEqual([['0', '1']])

    const single = attach(limited)
    await single.peer.send(numbered(3))
    expect(await single.connection.receive()).toBe('0')
    expect(await single.connection.receive()).toBe('1')
    await expect(single.connection.receive()).rejects.toMatchObject({
      code: 'HAWSER_RATE_EXCEEDED',
    })
  })

  it('ends with the byte that is one too many, before anything of it is delivered', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const rateLimit = { bytes: 10, over: 'close' } as const
    const { peer, connection } = attach({ clock, handler, rateLimit })
    await peer.send('12345678\n')
    await clock.advance(500)
    await peer.send('123456\n')
    await turns()
    peer.end()
    expect(await connection.closed).toMatchObject({
      reason: 'rate-exceeded',
      error: { option: 'rateLimit.bytes' },
    })
    expect(handler.times).toEqual([0])
  })

  it('blames no peer for what piled up while its messages were not taken', async () => {
    const clock = new VirtualClock()
    let goOn = (): void => undefined
    const received: string[] = []
    const { peer, connection } = attach({
      clock,
      rateLimit: { messages: { perSecond: 10, burst: 1 }, over: 'close' },
      handler: {
        message(_, message: string) {
          received.push(message)
          if (message === 'wait') return new Promise<void>((resolve) => (goOn = resolve))
          return undefined
        },
      },
    })
    await peer.send('wait\n')
    for (let sent = 0; sent < 50; sent += 1) {
      await clock.advance(100)
      await peer.send(`${sent}\n`)
    }
    await turns()
    goOn()
    await turns()
    expect(connection.phase).toBe('open')
    expect(received).toHaveLength(51)
    await peer.send('one\ntwo\n')
    await turns()
    expect(connection.phase).not.toBe('open')
  })

  it('blames no peer for bytes that piled up while nothing was read', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({
      clock,
      framing: lines({ maxFrame: 100 }),
      inbox: 100,
      consumerTimeout: Infinity,
      line: { chunkSize: 100 },
      rateLimit: { bytes: { perSecond: 1_000, burst: 200 }, over: 'close' },
    })
    const line = `${'x'.repeat(99)}\n`
    for (let sent = 0; sent < 50; sent += 1) {
      await peer.send(line)
      await clock.advance(100)
    }
    let taken = 0
    for await (const _ of connection) {
      taken += 1
      if (taken === 50) break
    }
    expect(connection.phase).toBe('open')
    await peer.send(line.repeat(4))
    await expect(collect(connection)).rejects.toMatchObject({ code: 'HAWSER_RATE_EXCEEDED' })
  })
})

describe('setRateLimit', () => {
  it('limits an open connection, changes the limit, and takes it away', async () => {
    const clock = new VirtualClock()
    const handler = timed(clock)
    const { peer, connection } = attach({ clock, handler })
    await peer.send(numbered(100))
    await turns()
    expect(handler.times).toHaveLength(100)
    expect(connection.setRateLimit({ messages: 1 })).toBe(connection)
    await peer.send(numbered(5))
    await clock.advance(1_000)
    expect(handler.times).toHaveLength(102)
    connection.setRateLimit({ messages: 2 })
    await clock.advance(500)
    expect(handler.times).toHaveLength(103)
    connection.setRateLimit({ messages: Infinity })
    await turns()
    expect(handler.times).toHaveLength(105)
    connection.reset()
  })

  it('set again and again renews nothing', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const { peer, connection } = attach({
      clock,
      rateLimit: { messages: 2 },
      handler: {
        message(own) {
          times.push(clock.now())
          own.setRateLimit({ messages: 2 })
        },
      },
    })
    await peer.send(numbered(6))
    await clock.advance(2_000)
    expect(times).toEqual([0, 0, 500, 1_000, 1_500, 2_000])
    connection.setRateLimit({ messages: { perSecond: 2, burst: 50 } })
    await peer.send(numbered(50))
    await turns()
    expect(times.length).toBeLessThan(50)
    connection.reset()
  })

  it('leaves the rest as it was', async () => {
    const clock = new VirtualClock()
    const rateLimit = { messages: 100, bytes: 4, over: 'close' } as const
    const { peer, connection } = attach({ clock, rateLimit })
    connection.setRateLimit({ messages: 1_000 })
    await peer.send('hello\n')
    await turns()
    peer.end()
    expect((await connection.closed).reason).toBe('rate-exceeded')
  })

  it('on a connection that is gone does nothing', async () => {
    const { connection } = attach()
    connection.reset()
    await connection.closed
    expect(connection.setRateLimit({ bytes: 1 })).toBe(connection)
  })
})

describe('a limit that cannot work', () => {
  it.each([
    [{ messages: 1e-306 }, /^rateLimit.messages is 1e-306 a second: it takes 0.000001 or more/],
    [{ messages: 0 }, /^rateLimit.messages is 0 a second/],
    [{ bytes: Number.NaN }, /^rateLimit.bytes is NaN a second/],
    [
      { bytes: { perSecond: 5, burst: 0 } },
      /^rateLimit.bytes.burst is 0: it takes a number of bytes/,
    ],
    [{ messages: { perSecond: '5' } }, /^rateLimit.messages is "5" a second/],
    [{ over: 'drop' }, /^rateLimit.over is "drop": it takes 'slow' or 'close'/],
  ])('%j is refused', (limit, message) => {
    expect(() => attach({ rateLimit: limit as never })).toThrow(message)
    const { connection } = attach()
    expect(() => connection.setRateLimit(limit as never)).toThrow(message)
    connection.reset()
  })

  it('messages of a framing that has none are refused', () => {
    expect(() => attach({ framing: raw(), rateLimit: { messages: 5 } })).toThrow(
      'rateLimit.messages counts messages, and raw has none: limit its bytes',
    )
  })
})

describe('over TCP', () => {
  it('a flooding peer is slowed down by its own full buffers, at either end', async () => {
    const clock = new VirtualClock()
    const rateLimit = { bytes: 64 * 1024 }
    const server = await serve({ framing: lines(), clock, rateLimit }, { message: () => undefined })
    const flooder = await connect(server.address(), { framing: raw(), outbox: Infinity })
    const sent = 256 * 1024 * 1024
    void flooder.send(Buffer.alloc(sent, 'x\n')).catch(() => undefined)
    // It stops by itself: what two sockets hold is far less.
    let before = -1
    while (flooder.unsent !== before || before === sent) {
      before = flooder.unsent
      await turns(200)
    }
    const [connection] = [...server.connections]
    expect(connection?.bytesRead).toBeLessThanOrEqual(1024 * 1024)
    expect(flooder.unsent).toBeGreaterThan(sent / 2)
    flooder.reset()
  })
})
