import { lines, raw } from 'hawser'
import { connectPair, connectPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'

describe('connectPair', () => {
  it('joins two connections that carry messages both ways', async () => {
    const [client, server] = connectPair({ framing: lines(), line: { chunkSize: 1 } })
    const echo = async () => {
      for await (const line of server) await server.send(line.toUpperCase())
      await server.end()
    }
    const echoing = echo()
    await client.send('hello')
    await client.send('world')
    await client.end()
    const answers: string[] = []
    for await (const line of client) answers.push(line)
    await echoing
    expect(answers).toEqual(['HELLO', 'WORLD'])
    expect(await client.closed).toMatchObject({ reason: 'ended', bytesRead: 12, unsent: 0 })
    expect(await server.closed).toMatchObject({ reason: 'ended', bytesRead: 12, unsent: 0 })
  })

  it('gives the second connection the handler', async () => {
    const [client] = connectPair({
      framing: lines(),
      handler: { message: (connection, line) => connection.send(`<${line}>`) },
    })
    await client.send('x')
    for await (const line of client) {
      expect(line).toBe('<x>')
      break
    }
    expect(await client.close()).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('runs the limits of both and the latency between them on one virtual clock', async () => {
    const clock = new VirtualClock()
    const [client, server] = connectPair({ clock, idleTimeout: 3_600_000, line: { latency: 100 } })
    await client.send('x')
    await clock.advance(100)
    expect(server.bytesRead).toBe(1)
    await clock.advance(3_599_899)
    expect([client.phase, server.phase]).toEqual(['open', 'open'])
    // An idle connection is noticed after 1 to 1.25 times its limit.
    await clock.advance(900_001)
    await clock.advance(2_000)
    const ends = await Promise.all([client.closed, server.closed])
    expect(ends.map(({ reason }) => reason)).toContain('idle-timeout')
    expect(clock.pending).toBe(0)
  })

  it('hands the exceptions of a handler to onError', async () => {
    const failures: string[] = []
    const [client, server] = connectPair({
      framing: lines(),
      handler: {
        message: () => {
          throw new Error('not this line')
        },
      },
      onError: (error) => failures.push(error.message),
    })
    await client.send('x')
    expect(await server.closed).toMatchObject({ reason: 'handler-failed' })
    expect(failures).toEqual([expect.stringContaining('not this line')])
  })
})

describe('connectPeer', () => {
  it('joins a connection to a scripted peer', async () => {
    const { connection, peer } = connectPeer({ framing: raw() })
    await connection.send('question')
    await peer.receives('question')
    await peer.send('answer')
    peer.reset()
    const info = await connection.closed
    expect(info).toMatchObject({ by: 'remote', reason: 'reset' })
  })
})
