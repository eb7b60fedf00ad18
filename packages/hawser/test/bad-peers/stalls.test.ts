import { createServer, lengthPrefixed, lines, raw } from 'hawser'
import { connectPeer, ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

const kibibyte = 1024
const hour = 3_600_000
const line = 'x'.repeat(kibibyte - 1)

/** A stall is noticed after 1 to 1.25 times its limit. */
const slack = 1.25

describe('a peer that never reads', () => {
  it('stops a producer that awaits send, and is reset when no byte moves for 30 s', async () => {
    const clock = new VirtualClock()
    const { connection } = connectPeer({ framing: lines(), clock }, { reading: false })
    let sent = 0
    const produce = async (): Promise<void> => {
      for (;;) {
        await connection.send(line)
        sent += 1
      }
    }
    const failure = produce().catch((error: unknown) => error)
    await clock.advance(29_999)
    expect(connection.phase).toBe('open')
    expect(connection.canSend).toBe(false)
    // What the line holds, and the outbox up to its high-water mark.
    expect(connection.unsent).toBeLessThan(128 * kibibyte)
    await clock.advance(30_000 * (slack - 1) + 1)
    const info = await connection.closed
    expect(info).toMatchObject({
      by: 'error',
      reason: 'write-timeout',
      error: { code: 'HAWSER_WRITE_TIMEOUT' },
    })
    expect(info.unsent).toBeGreaterThan(0)
    expect(info.bytesWritten).toBe((sent + 1) * kibibyte)
    expect(await failure).toMatchObject({ code: 'HAWSER_CONNECTION_CLOSED', cause: info.error })
    expect(clock.pending).toBe(0)
  })

  it('costs a producer that ignores send no more than the outbox', async () => {
    const { connection, peer } = connectPeer({ framing: lines(), outbox: 256 * kibibyte })
    peer.stopReading()
    let overflow: unknown
    for (let count = 0; count < 2_000 && overflow === undefined; count += 1) {
      connection.send(line).catch((error: unknown) => {
        overflow ??= error
      })
      await Promise.resolve()
    }
    expect(overflow).toMatchObject({ code: 'HAWSER_OUTBOX_FULL' })
    const info = await connection.closed
    expect(info).toMatchObject({ by: 'error', reason: 'outbox-full' })
    expect(info.unsent).toBeLessThanOrEqual(257 * kibibyte)
    peer.startReading()
    await peer.receivesReset()
  })

  it('is told no to by trySend, which takes nothing', async () => {
    const { connection, peer } = connectPeer({ framing: lines() })
    peer.stopReading()
    let taken = 0
    while (taken < 10_000 && connection.trySend(line)) {
      taken += 1
      await Promise.resolve()
    }
    expect(taken).toBeGreaterThan(64)
    expect(taken).toBeLessThan(300)
    expect(connection.bytesWritten).toBe(taken * kibibyte)
    peer.startReading()
    await peer.receives(`${line}\n`.repeat(taken))
    peer.reset()
    await connection.closed
  })

  it('is read from no further while our outbox is above its mark', async () => {
    const clock = new VirtualClock()
    const server = createServer(
      { framing: lines(), clock },
      {
        message: (connection, text) => void connection.send(text.repeat(1_000)),
      },
    )
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const peer = await ScriptedPeer.connect(server.address(), { reading: false })
    // Far more requests than all buffers on the way can hold answers to.
    void peer.send(`${line}\n`.repeat(100_000))
    await until(() => [...server.connections].some(({ unsent }) => unsent > 64 * kibibyte))
    const [connection] = server.connections
    const handled = connection?.messagesRead
    await clock.advance(1_000)
    expect(connection?.messagesRead).toBe(handled)
    expect(connection?.unsent).toBeLessThan(4 * kibibyte * kibibyte)
    peer.reset()
    await peer.closed
  })
})

describe('a peer that connects and says nothing', () => {
  it('may stay for ever by default', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing: lines(), clock })
    await clock.advance(24 * hour)
    expect(connection.phase).toBe('open')
    expect(clock.pending).toBe(0)
    peer.reset()
    await connection.closed
  })

  it('is ended after firstByteTimeout', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing: lines(), clock, firstByteTimeout: 5_000 })
    await clock.advance(4_999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toMatchObject({
      reason: 'first-byte-timeout',
      bytesRead: 0,
      error: { code: 'HAWSER_FIRST_BYTE_TIMEOUT' },
    })
  })

  it('has said something with its first byte', async () => {
    const clock = new VirtualClock()
    const options = { framing: lines(), clock, firstByteTimeout: 5_000, frameTimeout: Infinity }
    const { connection, peer } = connectPeer(options)
    await peer.send('x')
    await clock.advance(hour)
    expect(connection.phase).toBe('open')
    peer.reset()
    await connection.closed
  })

  it('is ended after idleTimeout, and kept by a byte now and then', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({ framing: lines(), clock, idleTimeout: 10_000 })
    for (let minute = 0; minute < 5; minute += 1) {
      await peer.send('x\n')
      await clock.advance(9_999)
      expect(connection.phase).toBe('open')
    }
    await clock.advance(10_000 * slack)
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'idle-timeout' })
  })

  it('never ends after our FIN, and is let go of after lingerTimeout', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = connectPeer({
      framing: lines(),
      clock,
      lingerTimeout: 60_000,
    })
    const closing = connection.close()
    await peer.receivesEnd()
    await clock.advance(59_999)
    expect(connection.phase).toBe('ending')
    await clock.advance(1)
    expect(await closing).toMatchObject({ by: 'local', reason: 'ended', unsent: 0 })
    peer.reset()
  })
})

describe('a peer that begins a frame and stops', () => {
  it('is ended after frameTimeout without a further byte', async () => {
    const clock = new VirtualClock()
    const framing = lengthPrefixed({ bytes: 4 })
    const { connection, peer } = connectPeer({
      framing,
      clock,
      handler: { message: () => undefined },
    })
    await peer.send(Buffer.from([0, 0, 0, 10, 1, 2]))
    await clock.advance(29_999)
    expect(connection.phase).toBe('open')
    await clock.advance(30_000 * (slack - 1) + 1)
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toMatchObject({
      reason: 'frame-timeout',
      error: { code: 'HAWSER_FRAME_TIMEOUT' },
      undelivered: 6,
    })
  })

  it('is slow and not stalled while bytes come', async () => {
    const clock = new VirtualClock()
    const received: string[] = []
    const { connection, peer } = connectPeer({
      framing: lines(),
      clock,
      handler: { message: (_connection, text) => void received.push(text) },
    })
    for (const byte of 'slowly\n') {
      await peer.send(byte)
      await clock.advance(15_000)
    }
    expect(received).toEqual(['slowly'])
    expect(connection.phase).toBe('open')
    peer.reset()
    await connection.closed
  })
})

describe('a dead peer while reads are stopped', () => {
  it('is noticed by consumerTimeout, since neither FIN nor reset is', async () => {
    const clock = new VirtualClock()
    const framing = lines({ maxFrame: 4 * kibibyte })
    const { connection, peer } = connectPeer({ framing, clock, inbox: 8 * kibibyte })
    void peer.send(`${line}\n`.repeat(1_000))
    await clock.advance(0)
    expect(connection.bytesRead).toBeGreaterThanOrEqual(8 * kibibyte)
    peer.reset()
    await clock.advance(59_999)
    expect(connection.phase).toBe('open')
    await clock.advance(60_000 * (slack - 1) + 1)
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'consumer-timeout',
      error: { code: 'HAWSER_CONSUMER_TIMEOUT' },
    })
    expect(clock.pending).toBe(0)
  })

  it('is noticed when the consumer goes on, with all that was received before', async () => {
    const clock = new VirtualClock()
    const framing = lines({ maxFrame: 4 * kibibyte })
    const { connection, peer } = connectPeer({ framing, clock, inbox: 8 * kibibyte })
    await peer.send(`${line}\n`.repeat(16))
    await clock.advance(0)
    peer.reset()
    await clock.advance(0)
    const held = connection.bytesRead / kibibyte
    let taken = 0
    const consume = async (): Promise<void> => {
      for await (const _message of connection) taken += 1
    }
    const failure = await consume().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThanOrEqual(held)
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })
})

describe('a consumer that is slow', () => {
  it('slows the sender down and loses nothing', async () => {
    const size = 4 * kibibyte * kibibyte
    const { connection, peer } = connectPeer({
      framing: raw({ maxFrame: 64 * kibibyte }),
      inbox: 64 * kibibyte,
    })
    const payload = Buffer.alloc(size, 'payload ')
    const sent = peer.send(payload).then(() => peer.end())
    const parts: Uint8Array[] = []
    for await (const chunk of connection) {
      parts.push(chunk)
      expect(connection.bytesRead - Buffer.concat(parts).length).toBeLessThan(256 * kibibyte)
      await new Promise(setImmediate)
    }
    await sent
    expect(Buffer.concat(parts).equals(payload)).toBe(true)
    await connection.close()
  })
})
