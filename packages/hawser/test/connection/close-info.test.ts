import { connectPair, VirtualClock } from 'hawser/testing'
import { lines } from 'hawser'
import { Budget } from '../../src/policy/budget.js'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { turns } from './support/turns.js'

describe('closed', () => {
  it('fulfils with the same answer before and after the end', async () => {
    const { connection, peer } = attach()
    const before = connection.closed
    expect(connection.closed).toBe(before)
    peer.end()
    const info = await before
    expect(await connection.closed).toBe(info)
    expect(await connection.close()).toBe(info)
    expect(connection.phase).toBe('closed')
  })

  it('can be asked for the first time when all is over', async () => {
    const { connection, peer } = attach({ handler: {} })
    peer.reset()
    await turns()
    expect(connection.phase).toBe('closed')
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })
})

describe('a connection that ended', () => {
  it('by the FIN of the peer', async () => {
    const { connection, peer } = attach({ handler: { message: (own, line) => own.send(line) } })
    await peer.send('abc\n')
    peer.end()
    expect(await connection.closed).toEqual({
      by: 'remote',
      reason: 'ended',
      phase: 'open',
      bytesRead: 4,
      bytesWritten: 4,
      unsent: 0,
      undelivered: 0,
    })
  })

  it('by our end', async () => {
    const { connection, peer } = attach()
    void connection.end()
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toEqual({
      by: 'local',
      reason: 'ended',
      phase: 'open',
      bytesRead: 0,
      bytesWritten: 0,
      unsent: 0,
      undelivered: 0,
    })
  })

  it('by our close, with messages that nobody took', async () => {
    const { connection, peer } = attach()
    await peer.send('one\ntwo\n')
    await turns()
    const closing = connection.close()
    await peer.send('discarded\n')
    peer.end()
    expect(await closing).toMatchObject({
      by: 'local',
      reason: 'ended',
      phase: 'open',
      bytesRead: 18,
      undelivered: 8,
    })
  })

  it('by our close after the peer has ended', async () => {
    const { connection, peer } = attach()
    await peer.send('kept\n')
    peer.end()
    await turns()
    expect(await connection.close()).toMatchObject({
      by: 'remote',
      reason: 'ended',
      undelivered: 5,
    })
  })

  it('by our reset', async () => {
    const { connection, peer } = attach({ reading: false, line: { capacity: 4 } })
    void connection.send('0123456789')
    await turns()
    connection.reset()
    expect(await connection.closed).toEqual({
      by: 'local',
      reason: 'reset',
      phase: 'open',
      bytesRead: 0,
      bytesWritten: 11,
      unsent: 7,
      undelivered: 0,
    })
    peer.startReading()
    await peer.receivesReset()
  })

  it('by the reset of the peer, in the middle of a frame', async () => {
    const { connection, peer } = attach({ handler: { message: () => undefined } })
    await peer.send('whole\npart')
    await turns()
    peer.reset()
    const info = await connection.closed
    expect(info).toMatchObject({
      by: 'remote',
      reason: 'reset',
      phase: 'open',
      bytesRead: 10,
      undelivered: 4,
      error: { code: 'HAWSER_CONNECTION_RESET', cause: { code: 'ECONNRESET' } },
    })
  })

  it('by a reset of the peer that came after our end had left is no reset any more', async () => {
    const { connection, peer } = attach()
    const closing = connection.close()
    await turns()
    peer.reset()
    expect(await closing).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('by a reset while we only had half-closed', async () => {
    const { connection, peer } = attach()
    await connection.end()
    peer.reset()
    expect(await connection.closed).toMatchObject({
      by: 'remote',
      reason: 'reset',
      phase: 'ending',
    })
  })

  it('by a reset behind the FIN of the peer', async () => {
    const { connection, peer } = attach({
      reading: false,
      line: { capacity: 4 },
      handler: { message: (own, line) => own.send(line.repeat(10)) },
    })
    await peer.send('0123456789\n')
    peer.end()
    await turns()
    peer.reset()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset', unsent: 97 })
  })

  it('by a frame that is too large', async () => {
    const { connection, peer } = attach({
      framing: lines({ maxFrame: 10 }),
      handler: { message: () => undefined },
    })
    await peer.send('short\nmuch too long\n')
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'frame-too-large',
      phase: 'open',
      error: { code: 'HAWSER_FRAME_TOO_LARGE' },
    })
  })

  it('in the middle of a frame, by the FIN of the peer', async () => {
    const { connection, peer } = attach({
      framing: lines({ unterminated: 'reject' }),
      handler: { message: () => undefined },
    })
    await peer.send('whole\npart')
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'frame-truncated',
      undelivered: 4,
      error: { code: 'HAWSER_FRAME_TRUNCATED' },
    })
  })

  it('because the memory of all was full', async () => {
    const memory = new Budget(100)
    const { connection, peer } = attach({ memory })
    const block = 'x\n'.repeat(40_000)
    await peer.send(block)
    const info = await connection.closed
    expect(info).toMatchObject({ by: 'error', reason: 'memory-full', undelivered: info.bytesRead })
    expect(info.error).toMatchObject({ code: 'HAWSER_MEMORY_FULL' })
    expect(memory.used).toBe(0)
    await peer.receivesReset()
  })

  it('while its server was closing', async () => {
    const { connection, drain, peer } = attach()
    drain()
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'local',
      reason: 'ended',
      phase: 'draining',
    })
  })

  it('by the first of two reasons', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock, framing: lines({ maxFrame: 4 }) })
    const iterator = connection[Symbol.asyncIterator]()
    const asked = iterator.next()
    await peer.send('too long\n')
    await expect(asked).rejects.toMatchObject({ code: 'HAWSER_FRAME_TOO_LARGE' })
    await turns()
    peer.reset()
    expect(await connection.closed).toMatchObject({ by: 'error', reason: 'frame-too-large' })
  })
})

describe('closing', () => {
  it('is what happens at the end of an await using block', async () => {
    const [client, server] = connectPair({ framing: lines() })
    {
      await using connection = client
      await connection.send('bye')
      void server.close()
    }
    expect(client.phase).toBe('closed')
  })

  it('sends what was accepted before', async () => {
    const { connection, peer } = attach({ line: { capacity: 10 } })
    void connection.send('x'.repeat(1_000))
    void connection.close()
    expect((await peer.receiveAll()).length).toBe(1_001)
  })

  it('lingers, so that a peer that is still sending loses no reply to a reset', async () => {
    const { connection, peer, transport } = attach({ line: { capacity: 10 } })
    const sent = peer.send('y'.repeat(1_000))
    void connection.send('reply')
    void connection.close()
    await peer.receives('reply\n')
    await peer.receivesEnd()
    await sent
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'ended', bytesRead: 1_000 })
    expect(transport.ends).toEqual(['end'])
  })

  it('resumes reading that stood still', async () => {
    const { connection, peer, transport } = attach({
      inbox: 100,
      framing: lines({ maxFrame: 100 }),
    })
    await peer.send('x\n'.repeat(100))
    await turns()
    expect(transport.paused).toBe(true)
    const closing = connection.close()
    expect(transport.paused).toBe(false)
    peer.end()
    expect(await closing).toMatchObject({ reason: 'ended', undelivered: 200 })
  })
})
