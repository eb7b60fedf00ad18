import { lines, raw } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { attach, type Attached } from './support/attach.js'
import { turns } from './support/turns.js'

const handler = { message: (): void => undefined }
const hour = 3_600_000
const isOpen = ({ connection }: Attached<string, string>): boolean => connection.phase === 'open'

function watched(options: Parameters<typeof attach<string, string>>[0] = {}): {
  clock: VirtualClock
  attached: Attached<string, string>
} {
  const clock = new VirtualClock()
  return { clock, attached: attach<string, string>({ clock, handler, ...options }) }
}

/** Send so many bytes every so many ms until it is cut off or the time is over; answers when. */
async function drip(
  { clock, attached }: ReturnType<typeof watched>,
  size: number,
  every: number,
  most = hour,
): Promise<number> {
  const begun = clock.now()
  while (isOpen(attached) && clock.now() - begun < most) {
    await attached.peer.send('x'.repeat(size))
    await clock.advance(every)
  }
  return clock.now() - begun
}

describe('a frame that drips in', () => {
  it('is cut off after two minutes when it comes a byte a second, and the reason says so', async () => {
    const setup = watched()
    expect(await drip(setup, 1, 1_000)).toBe(120_000)
    setup.attached.peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({
      by: 'error',
      reason: 'rate-timeout',
      undelivered: 120,
      error: {
        code: 'HAWSER_RATE_TIMEOUT',
        op: 'read',
        message: expect.stringMatching(
          /^120 bytes of a frame came in 120000 ms: the least is 240 /,
        ),
      },
    })
    expect(setup.clock.pending).toBe(0)
  })

  it('is cut off after the grace when it is longer than anybody types', async () => {
    const setup = watched()
    await setup.attached.peer.send('x'.repeat(1_300))
    expect(await drip(setup, 1, 1_000)).toBe(12_000)
    setup.attached.peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({ reason: 'rate-timeout' })
  })

  it('is cut off when each drop comes just before the frame timeout', async () => {
    const setup = watched()
    await setup.attached.peer.send('x'.repeat(1_300))
    expect(await drip(setup, 1, 29_000)).toBe(58_000)
    setup.attached.peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({ reason: 'rate-timeout' })
  })

  it('is cut off though it came fast at first', async () => {
    const setup = watched()
    await setup.attached.peer.send('x'.repeat(500_000))
    const time = await drip(setup, 1, 1_000)
    expect(time).toBeLessThan(45_000)
    setup.attached.peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({ reason: 'rate-timeout' })
  })

  it('is left alone at 240 bytes a second, for as long as it takes', async () => {
    const setup = watched()
    expect(await drip(setup, 240, 1_000, 600_000)).toBe(600_000)
    await setup.attached.peer.send('\n')
    await setup.clock.advance(hour)
    expect([isOpen(setup.attached), setup.clock.pending]).toEqual([true, 0])
  })

  it('is left alone when rate or grace are off', async () => {
    for (const off of [{ minimumRate: Infinity }, { minimumRateGrace: Infinity }]) {
      const setup = watched(off)
      await setup.attached.peer.send('x'.repeat(2_000))
      expect(await drip(setup, 1, 10_000, 600_000)).toBe(600_000)
    }
  })
})

describe('a person at a terminal that sends each key', () => {
  it('may take a minute and a half for a line, and for the next', async () => {
    const setup = watched()
    for (let line = 0; line < 5; line += 1) {
      expect(await drip(setup, 1, 500, 90_000)).toBe(90_000)
      await setup.attached.peer.send('\n')
      await turns()
    }
    expect(setup.attached.connection.messagesRead).toBe(5)
    expect(isOpen(setup.attached)).toBe(true)
  })

  it('may paste a page into a line that took a while', async () => {
    const setup = watched()
    await drip(setup, 1, 500, 100_000)
    await setup.attached.peer.send('x'.repeat(3_000))
    await setup.clock.advance(20_000)
    await setup.attached.peer.send('\n')
    await turns()
    expect(setup.attached.connection.messagesRead).toBe(1)
    expect(isOpen(setup.attached)).toBe(true)
  })

  it('who stops in the middle of a line meets the frame timeout, as ever', async () => {
    const setup = watched()
    await drip(setup, 1, 500, 20_000)
    await setup.clock.advance(29_000)
    expect(isOpen(setup.attached)).toBe(true)
    await setup.clock.advance(9_000)
    setup.attached.peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({ reason: 'frame-timeout' })
  })

  it('has as long as the frame timeout allows, four times', async () => {
    const setup = watched({ frameTimeout: 5_000 })
    expect(await drip(setup, 1, 1_000)).toBe(20_000)
    expect(await drip(watched({ frameTimeout: Infinity }), 1, 10_000, hour)).toBe(hour)
  })
})

describe('a pause', () => {
  it('in a long frame is left to the frame timeout, and what follows it fast is no drip', async () => {
    const setup = watched()
    const { peer } = setup.attached
    await peer.send('x'.repeat(2_000))
    await setup.clock.advance(25_000)
    await peer.send('x'.repeat(100))
    await setup.clock.advance(1_000)
    await peer.send('x'.repeat(10_000))
    await setup.clock.advance(2_000)
    expect(isOpen(setup.attached)).toBe(true)
    await setup.clock.advance(37_500)
    peer.end()
    expect(await setup.attached.connection.closed).toMatchObject({ reason: 'frame-timeout' })
  })

  it('of ours stops the clock, and it begins anew', async () => {
    const setup = watched()
    const { connection, peer } = setup.attached
    await peer.send('x'.repeat(2_000))
    await drip(setup, 1, 1_000, 5_000)
    connection.pause()
    await setup.clock.advance(hour)
    connection.resume()
    expect(await drip(setup, 1, 1_000, 5_000)).toBe(5_000)
    expect(isOpen(setup.attached)).toBe(true)
    expect(await drip(setup, 1, 1_000)).toBeLessThan(10_000)
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'rate-timeout' })
  })
})

describe('a peer that reads a byte a second', () => {
  const slow = { reading: false, line: { capacity: 10 } } as const

  /** Take so many bytes every so many ms. */
  async function sip(
    { clock, attached }: ReturnType<typeof watched>,
    size: number,
    every: number,
    most: number,
  ): Promise<number> {
    const begun = clock.now()
    while (isOpen(attached) && clock.now() - begun < most) {
      attached.peer.startReading()
      await attached.peer.receive(size)
      attached.peer.stopReading()
      await clock.advance(every)
    }
    return clock.now() - begun
  }

  it('is reset after the grace, long before the write timeout', async () => {
    const setup = watched(slow)
    const { connection, peer } = setup.attached
    void connection.send('x'.repeat(100_000))
    await turns()
    expect(await sip(setup, 1, 1_000, hour)).toBeLessThan(20_000)
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'rate-timeout',
      error: { code: 'HAWSER_RATE_TIMEOUT', op: 'write' },
    })
    peer.startReading()
    await peer.receivesReset()
    expect(setup.clock.pending).toBe(0)
  })

  it('is kept when it takes enough, and when it has taken all before the next', async () => {
    const setup = watched({ reading: false, line: { capacity: 1_000 } })
    const { connection } = setup.attached
    void connection.send('x'.repeat(100_000))
    await turns()
    expect(await sip(setup, 1_000, 1_000, 60_000)).toBe(60_000)
    expect(connection.phase).toBe('open')
  })

  it('that takes each of many small messages at once is not slow because they are few', async () => {
    const setup = watched({ line: { capacity: 10 } })
    for (let sent = 0; sent < 100; sent += 1) {
      void setup.attached.connection.send('a message of some length')
      await setup.clock.advance(1_000)
    }
    expect(setup.attached.connection.phase).toBe('open')
  })
})

describe('what has no frames', () => {
  it('is never too slow to come', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({
      clock,
      framing: raw(),
      handler: { message: () => undefined },
    })
    for (let sent = 0; sent < 300; sent += 1) {
      await peer.send('x')
      await clock.advance(1_000)
    }
    expect([connection.phase, connection.messagesRead]).toEqual(['open', 300])
  })

  it('costs a connection at rest no timer', async () => {
    const setup = watched({ framing: lines() })
    for (let sent = 0; sent < 50; sent += 1) {
      await setup.attached.peer.send('half')
      await setup.attached.peer.send(' and half\n')
    }
    await setup.clock.advance(hour)
    expect([setup.attached.connection.messagesRead, setup.clock.pending]).toEqual([50, 0])
  })
})
