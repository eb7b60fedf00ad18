import { lines } from 'hawser'
import type { Clock, ClockTimer } from 'hawser/testing'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { defer, turns } from './support/turns.js'

/** A virtual clock that counts how often it is asked for a timer. */
class CountingClock implements Clock {
  readonly inner = new VirtualClock()
  scheduled = 0

  now(): number {
    return this.inner.now()
  }

  schedule(callback: () => void, delay: number, keepAlive: boolean): ClockTimer {
    this.scheduled += 1
    return this.inner.schedule(callback, delay, keepAlive)
  }
}

const hour = 3_600_000

describe('the idle timeout', () => {
  it('ends a connection on which nothing moved for exactly that long', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, idleTimeout: 1_000 })
    await clock.advance(999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'idle-timeout',
      error: { code: 'HAWSER_IDLE_TIMEOUT', message: expect.stringContaining('1000 ms') as string },
    })
    expect(clock.pending).toBe(0)
  })

  it('begins anew with every byte in either direction, within a quarter of it', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, idleTimeout: 1_000 })
    for (let step = 0; step < 10; step += 1) {
      await clock.advance(700)
      if (step % 2 === 0) await peer.send('x')
      else void connection.send('y')
    }
    expect(connection.phase).toBe('open')
    await clock.advance(1_250)
    expect(connection.phase).toBe('ending')
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'idle-timeout' })
  })

  it('does not strike while a slow peer still takes what was sent', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      idleTimeout: 1_000,
      minimumRate: Infinity,
      brakes: 'none',
      reading: false,
      line: { chunkSize: 10, capacity: 10 },
    })
    void connection.send('x'.repeat(99))
    for (let step = 0; step < 10; step += 1) {
      await clock.advance(700)
      peer.startReading()
      await peer.receive(10)
      peer.stopReading()
    }
    expect(connection.phase).toBe('open')
    connection.reset()
  })

  it('is off unless asked for', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ clock })
    await clock.advance(100 * hour)
    expect([connection.phase, clock.pending]).toEqual(['open', 0])
  })
})

describe('the first-byte timeout', () => {
  it('ends a connection whose peer says nothing', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, firstByteTimeout: 1_000 })
    await clock.advance(999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'first-byte-timeout' })
    expect(clock.pending).toBe(0)
  })

  it('is over with the first byte', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      firstByteTimeout: 1_000,
      frameTimeout: Infinity,
    })
    await clock.advance(999)
    await peer.send('x')
    await clock.advance(hour)
    expect([connection.phase, clock.pending]).toEqual(['open', 0])
  })

  it('stands still while our greeting is not taken', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      firstByteTimeout: 1_000,
      writeTimeout: Infinity,
      highWaterMark: 10,
      reading: false,
      line: { capacity: 1 },
    })
    void connection.send('a long greeting')
    await clock.advance(hour)
    expect(connection.phase).toBe('open')
    peer.startReading()
    await peer.receives('a long greeting\n')
    await clock.advance(1_250)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'first-byte-timeout' })
  })
})

describe('the frame timeout', () => {
  const handler = { message: (): void => undefined }

  it('ends a connection whose peer stopped in the middle of a frame', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, handler })
    await peer.send('half a li')
    await clock.advance(29_999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'frame-timeout', undelivered: 9 })
    expect(clock.pending).toBe(0)
  })

  it('lets a slow peer finish its frame, where no rate is asked for', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, handler, minimumRate: Infinity })
    for (let sent = 0; sent < 20; sent += 1) {
      await peer.send('x')
      await clock.advance(29_000)
    }
    await peer.send('\n')
    await clock.advance(hour)
    expect([connection.phase, connection.messagesRead, clock.pending]).toEqual(['open', 1, 0])
  })

  it('strikes within a quarter more for the last of many frames that were cut', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, minimumRate: Infinity, handler: { message() {} } })
    await peer.send('cut')
    for (let sent = 0; sent < 20; sent += 1) {
      await clock.advance(11_000)
      await peer.send(' here\ncut')
    }
    await clock.advance(29_999)
    expect([connection.phase, connection.messagesRead]).toEqual(['open', 20])
    await clock.advance(7_501)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'frame-timeout' })
  })

  it('strikes a loop that waits as well', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    const asked = connection[Symbol.asyncIterator]().next()
    await peer.send('half a li')
    await clock.advance(37_500)
    await expect(asked).rejects.toMatchObject({ code: 'HAWSER_FRAME_TIMEOUT' })
    peer.end()
    await connection.closed
  })

  it('stands still while a handler is busy, though whole messages wait', async () => {
    const clock = new VirtualClock()
    const working = defer()
    const { connection, peer } = attach({
      clock,
      handler: { message: (own) => (own.messagesRead === 1 ? working.promise : undefined) },
    })
    await peer.send('a\nb\nc')
    await clock.advance(hour)
    expect(connection.phase).toBe('open')
    working.resolve()
    await clock.advance(29_999)
    expect([connection.phase, connection.messagesRead]).toEqual(['open', 2])
    await clock.advance(7_501)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'frame-timeout' })
  })

  it('stands still while the connection is paused, from inside a message too', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, handler: { message: (own) => own.pause() } })
    await peer.send('a\nb\nc')
    await clock.advance(hour)
    expect([connection.phase, connection.messagesRead]).toEqual(['open', 1])
    connection.reset()
    await connection.closed
  })

  it('stands still while a loop is busy with the message before', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    await peer.send('a\nhalf')
    await connection[Symbol.asyncIterator]().next()
    await clock.advance(hour)
    expect(connection.phase).toBe('open')
    connection.reset()
    await connection.closed
    expect(clock.pending).toBe(0)
  })
})

describe('the write timeout', () => {
  const deaf = { reading: false, line: { capacity: 10 } } as const

  it('resets a connection whose peer takes nothing', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ ...deaf, clock })
    void connection.send('x'.repeat(99))
    await turns()
    await clock.advance(29_999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'write-timeout',
      unsent: 90,
      error: { code: 'HAWSER_WRITE_TIMEOUT' },
    })
    expect(clock.pending).toBe(0)
    peer.startReading()
    await peer.receivesReset()
  })

  it('strikes though more and more is sent', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ ...deaf, clock })
    for (let step = 0; step < 40; step += 1) {
      void connection.send('a heartbeat')
      await clock.advance(1_000)
    }
    expect(await connection.closed).toMatchObject({ reason: 'write-timeout' })
  })

  it('begins anew with every byte that is taken, where no rate is asked for', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ ...deaf, clock, minimumRate: Infinity })
    void connection.send('x'.repeat(199))
    for (let step = 0; step < 10; step += 1) {
      await clock.advance(25_000)
      peer.startReading()
      await peer.receive(10)
      peer.stopReading()
    }
    expect(connection.phase).toBe('open')
    peer.startReading()
    await peer.receive(100)
    await clock.advance(hour)
    expect([connection.phase, clock.pending]).toEqual(['open', 0])
  })

  it('bounds a close whose last words are not taken', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ ...deaf, clock })
    void connection.send('x'.repeat(99))
    const closing = connection.close()
    await clock.advance(37_500)
    expect(await closing).toMatchObject({ by: 'error', reason: 'write-timeout', phase: 'ending' })
  })
})

describe('the consumer timeout', () => {
  it('resets a connection that nobody consumes, when reading stands still', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      inbox: 100,
      framing: lines({ maxFrame: 100 }),
    })
    await peer.send('x\n'.repeat(40))
    await clock.advance(hour)
    expect(connection.phase).toBe('open')
    await peer.send('x\n'.repeat(40))
    await turns()
    await clock.advance(59_999)
    expect(connection.phase).toBe('open')
    await clock.advance(1)
    expect(await connection.closed).toMatchObject({
      reason: 'consumer-timeout',
      undelivered: 160,
      error: { code: 'HAWSER_CONSUMER_TIMEOUT' },
    })
    await peer.receivesReset()
    expect(clock.pending).toBe(0)
  })

  it('begins anew with every message that is taken', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, inbox: 100, framing: lines({ maxFrame: 100 }) })
    await peer.send('x\n'.repeat(150))
    await turns()
    const iterator = connection[Symbol.asyncIterator]()
    for (let taken = 0; taken < 10; taken += 1) {
      await clock.advance(50_000)
      await iterator.next()
    }
    expect(connection.phase).toBe('open')
    await clock.advance(75_000)
    expect(await connection.closed).toMatchObject({ reason: 'consumer-timeout' })
  })

  it('strikes when messages wait behind the FIN of the peer', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    await peer.send('never taken\n')
    peer.end()
    await turns()
    await clock.advance(75_000)
    expect(await connection.closed).toMatchObject({ reason: 'consumer-timeout', undelivered: 12 })
  })
})

describe('the linger timeout', () => {
  it('is what a peer gets to end after we have closed', async () => {
    const clock = new VirtualClock()
    const { connection, peer, transport } = attach({ clock, lingerTimeout: 60_000 })
    const closing = connection.close()
    await peer.receivesEnd()
    await clock.advance(59_999)
    expect(connection.phase).toBe('ending')
    await clock.advance(1)
    expect(await closing).toMatchObject({ by: 'local', reason: 'ended' })
    expect([transport.ends, clock.pending]).toEqual([['end', 'close'], 0])
  })

  it('is real time, too: a clock that stands still keeps no close waiting', async () => {
    const { connection, peer } = attach({ clock: new VirtualClock(), lingerTimeout: 1 })
    expect(await connection.close()).toMatchObject({ by: 'local', reason: 'ended' })
    await peer.receivesEnd()
  })

  it('begins when the last byte has left', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      lingerTimeout: 60_000,
      reading: false,
      line: { capacity: 10 },
    })
    void connection.send('x'.repeat(99))
    const closing = connection.close()
    await clock.advance(10_000)
    expect(connection.phase).toBe('ending')
    peer.startReading()
    await peer.receive(100)
    await peer.receivesEnd()
    await clock.advance(59_999)
    expect(connection.phase).toBe('ending')
    await clock.advance(1)
    expect(await closing).toMatchObject({ reason: 'ended', unsent: 0 })
  })

  it('never ends when it is Infinity', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, lingerTimeout: Infinity })
    const closing = connection.close()
    await clock.advance(100 * hour)
    expect([connection.phase, clock.pending]).toEqual(['ending', 0])
    peer.end()
    expect(await closing).toMatchObject({ reason: 'ended' })
  })

  it('does not run after a half-close: the rest of the conversation takes its time', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    await connection.end()
    await clock.advance(hour)
    expect(connection.phase).toBe('ending')
    peer.end()
    await connection.closed
  })
})

describe('all timeouts', () => {
  it('are off when they are Infinity', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      frameTimeout: Infinity,
      writeTimeout: Infinity,
      consumerTimeout: Infinity,
      minimumRate: Infinity,
      inbox: 100,
      framing: lines({ maxFrame: 100 }),
      reading: false,
      line: { backward: { capacity: 10 } },
    })
    await peer.send('x\n'.repeat(99))
    await turns()
    void connection.send('y'.repeat(99))
    await clock.advance(1_000 * hour)
    expect([connection.phase, clock.pending]).toEqual(['open', 0])
  })

  it('touch no timer for a message, and hold one at the most', async () => {
    const clock = new CountingClock()
    const { peer, connection } = attach({
      clock,
      idleTimeout: 10_000,
      firstByteTimeout: 10_000,
      handler: { message: (own, line) => own.send(line) },
    })
    const before = clock.scheduled
    for (let sent = 0; sent < 100; sent += 1) {
      await peer.send('a\nb\nhalf')
      await peer.send(' and half\n')
      await turns(2)
    }
    await turns()
    expect(connection.messagesRead).toBe(300)
    expect(clock.scheduled - before).toBeLessThanOrEqual(1)
    expect(clock.inner.pending).toBe(1)
    connection.reset()
    await connection.closed
    expect(clock.inner.pending).toBe(0)
  })

  it('need no timer at all on a connection at rest', async () => {
    const clock = new CountingClock()
    const { peer } = attach({ clock, handler: { message: (own, line) => own.send(line) } })
    for (let sent = 0; sent < 100; sent += 1) {
      await peer.send('whole\n')
      await turns(2)
    }
    expect(clock.scheduled).toBe(0)
  })

  it.each([
    'frameTimeout',
    'writeTimeout',
    'consumerTimeout',
    'minimumRate',
    'minimumRateGrace',
    'lingerTimeout',
    'idleTimeout',
  ])('refuse what is no time: %s', (name) => {
    for (const value of [0, -1, Number.NaN, '1s']) {
      expect(() => attach({ [name]: value })).toThrow(
        expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
      )
    }
  })
})
