import { lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

describe('readIdleTimeout', () => {
  it('ends a connection whose peer is silent, whatever is sent to it', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ clock, readIdleTimeout: 1_000 })
    for (let sent = 0; sent < 6; sent += 1) {
      void connection.send('are you there?')
      await clock.advance(250)
    }
    expect(await connection.closed).toMatchObject({
      reason: 'read-idle-timeout',
      error: {
        code: 'HAWSER_READ_IDLE_TIMEOUT',
        message:
          'the peer sent no byte for 1000 ms: it is gone, or quiet for longer than readIdleTimeout',
      },
    })
  })

  it('leaves one alone whose peer says something, but takes nothing', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, readIdleTimeout: 1_000 })
    for (let sent = 0; sent < 10; sent += 1) {
      await peer.send('ping\n')
      await connection.receive()
      await clock.advance(500)
    }
    expect(connection.phase).toBe('open')
    connection.reset()
  })

  it('stands still while reading does', async () => {
    const clock = new VirtualClock()
    const framing = lines({ maxFrame: 64 })
    const { connection, peer } = attach({ clock, framing, readIdleTimeout: 1_000, inbox: 64 })
    await peer.send(`${'x'.repeat(60)}\n${'y'.repeat(60)}\n`)
    await turns(5)
    await clock.advance(20_000)
    expect(connection.phase).toBe('open')
    connection.reset()
  })
})

describe('setTimeouts', () => {
  it('begins to watch a connection that had no limit', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ clock })
    await clock.advance(3_600_000)
    expect(connection.setTimeouts({ readIdleTimeout: 90_000 })).toBe(connection)
    await clock.advance(89_000)
    expect(connection.phase).toBe('open')
    await clock.advance(30_000)
    expect((await connection.closed).reason).toBe('read-idle-timeout')
  })

  it('takes a limit away, of this connection alone', async () => {
    const clock = new VirtualClock()
    const options = { clock, idleTimeout: 1_000 }
    const [one, other] = [attach(options), attach(options)]
    one.connection.setTimeouts({ idleTimeout: Infinity })
    await clock.advance(10_000)
    expect((await other.connection.closed).reason).toBe('idle-timeout')
    expect(one.connection.phase).toBe('open')
    one.connection.reset()
  })

  it('makes a limit shorter that is being waited for', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, frameTimeout: 60_000 })
    const waiting = connection.receive({ timeout: Infinity })
    await peer.send('half a li')
    await turns(3)
    connection.setTimeouts({ frameTimeout: 2_000 })
    await clock.advance(3_000)
    await expect(waiting).rejects.toMatchObject({ code: 'HAWSER_FRAME_TIMEOUT' })
  })

  it('keeps what is left out', async () => {
    const clock = new VirtualClock()
    const { connection } = attach({ clock, idleTimeout: 1_000 })
    connection.setTimeouts({ writeTimeout: 5_000, idleTimeout: undefined })
    await clock.advance(2_000)
    expect((await connection.closed).reason).toBe('idle-timeout')
  })

  it('after the end is no mistake', async () => {
    const { connection } = attach()
    connection.reset()
    await connection.closed
    connection.setTimeouts({ idleTimeout: 5 })
  })

  it.each([{ idleTimeout: -1 }, { minimumRate: 0 }, { idletimeout: 5 }, { clock: 5 }])(
    'refuses %j',
    (timeouts) => {
      const { connection } = attach()
      expect(() => connection.setTimeouts(timeouts as object)).toThrow(
        expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
      )
      connection.reset()
    },
  )
})
