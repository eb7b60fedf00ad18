import { createServer, lines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attach } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

describe('a connection at rest, when its server closes', () => {
  const ways: Record<string, Parameters<typeof attach<string, string>>[0]> = {
    'with a handler object': { handler: { message: (own, line) => own.send(line) } },
    'with a handler object that takes no messages': { handler: { open: () => undefined } },
    'that nobody consumes': {},
  }

  it.each(Object.entries(ways))('%s, is ended at once', async (_, options) => {
    const { peer, connection, drain } = attach(options)
    await turns()
    drain()
    await peer.receivesEnd()
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'local',
      reason: 'ended',
      phase: 'draining',
    })
  })

  it('lets go after the linger timeout of a peer that does not end', async () => {
    const clock = new VirtualClock()
    const { connection, drain, peer } = attach({ clock, handler: {} })
    drain()
    await peer.receivesEnd()
    await clock.advance(1_000)
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })
})

describe('a connection at work, when its server closes', () => {
  it('finishes what was delivered, and what has arrived, and takes nothing more', async () => {
    const working = defer()
    const { peer, connection, drain, transport } = attach({
      handler: {
        async message(own, line) {
          await working.promise
          await own.send(line.toUpperCase())
        },
      },
    })
    await peer.send('a\nb\n')
    await turns()
    drain()
    expect([connection.phase, transport.paused]).toEqual(['draining', true])
    const late = peer.send('c\n')
    await turns()
    working.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\nB\n'))
    await late
    peer.end()
    expect(await connection.closed).toMatchObject({
      by: 'local',
      reason: 'ended',
      phase: 'draining',
    })
  })

  it('finishes a frame that was begun', async () => {
    const { peer, connection, drain } = attach({
      handler: { message: (own, line) => own.send(line) },
    })
    await peer.send('half')
    await turns()
    drain()
    await turns()
    expect(connection.phase).toBe('draining')
    await peer.send(' and half\n')
    expect(await peer.receiveAll()).toEqual(Buffer.from('half and half\n'))
    peer.end()
    await connection.closed
  })

  it('sends what waits in its outbox', async () => {
    const { peer, connection, drain } = attach({
      reading: false,
      line: { capacity: 10 },
      handler: {},
    })
    void connection.send('x'.repeat(99))
    await turns()
    drain()
    await turns()
    expect(connection.phase).toBe('draining')
    peer.startReading()
    expect((await peer.receiveAll()).length).toBe(100)
    peer.end()
    expect(await connection.closed).toMatchObject({ unsent: 0 })
  })

  it('lets open finish', async () => {
    const opening = defer()
    const { peer, drain, connection } = attach({
      handler: {
        async open(own) {
          await opening.promise
          await own.send('opened')
        },
      },
    })
    drain()
    await turns()
    expect(connection.phase).toBe('draining')
    opening.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('opened\n'))
  })

  it('tells a parked loop that it is over, and lets it say goodbye', async () => {
    const clock = new VirtualClock()
    const { peer, drain, connection } = attach({
      clock,
      async run(own) {
        for await (const line of own) await own.send(line)
        await new Promise<void>((resolve) => {
          clock.schedule(resolve, 100, true)
        })
        await own.send('goodbye')
      },
    })
    await peer.send('a\n')
    await peer.receives('a\n')
    drain()
    await clock.advance(100)
    expect(await peer.receiveAll()).toEqual(Buffer.from('goodbye\n'))
    peer.end()
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('tells a loop at work that it is over when it asks again', async () => {
    const working = defer()
    const { peer, drain } = attach({
      async run(own) {
        for await (const line of own) {
          await working.promise
          await own.send(line)
        }
        await own.send('goodbye')
      },
    })
    await peer.send('a\nb\n')
    await turns()
    drain()
    working.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('a\nb\ngoodbye\n'))
  })

  it('tells a loop over a stream that it is over, and lets its handler say goodbye', async () => {
    for (const take of ['readable', 'duplex'] as const) {
      const { peer, drain, connection } = attach({
        async run(own) {
          const messages = take === 'readable' ? own.readable : own.duplex()
          for await (const line of messages as AsyncIterable<string>) await own.send(line)
          if (take === 'readable') await own.send('goodbye')
        },
      })
      await peer.send('a\n')
      await peer.receives('a\n')
      drain()
      await peer.receives(take === 'readable' ? 'goodbye\n' : '')
      await peer.receivesEnd()
      peer.end()
      expect(await connection.closed).toMatchObject({ reason: 'ended' })
    }
  })

  it('waits for the end of a pipe through it', async () => {
    const { peer, drain, connection } = attach()
    const working = defer()
    const slow = new TransformStream<string, string>({
      async transform(line, controller) {
        await working.promise
        controller.enqueue(line)
      },
    })
    const piping = connection.readable.pipeThrough(slow).pipeTo(connection.writable)
    await peer.send('a\n')
    await turns()
    drain()
    await turns()
    working.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('a\n'))
    await piping
    peer.end()
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('that has ended its half is let go though the peer does not end', async () => {
    const clock = new VirtualClock()
    const { connection, drain, peer } = attach({ clock, handler: { message: () => undefined } })
    await connection.end()
    drain()
    await peer.receivesEnd()
    await clock.advance(1_000)
    expect(await connection.closed).toMatchObject({ reason: 'ended', phase: 'open' })
  })

  it('is reset when the time is up', async () => {
    const { peer, connection, drain, force } = attach({
      handler: { message: () => defer().promise },
    })
    await peer.send('a\n')
    await turns()
    drain()
    await turns()
    force()
    expect(await connection.closed).toMatchObject({
      by: 'error',
      reason: 'drain-timeout',
      phase: 'draining',
      error: { code: 'HAWSER_DRAIN_TIMEOUT' },
    })
    await peer.receivesReset()
  })

  it('of a server is counted as drained or as forced', async () => {
    const clock = new VirtualClock()
    const stuck = defer()
    const server = createServer({ framing: lines(), clock }, async (own) => {
      for await (const line of own) {
        await own.send(line)
        if (line === 'stuck') await stuck.promise
      }
      await own.send('goodbye')
    })
    const peers: ScriptedPeer[] = []
    onTestFinished(() => {
      for (const peer of peers) peer.reset()
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    for (const line of ['polite', 'polite', 'stuck']) {
      const peer = await ScriptedPeer.connect(server.address())
      peers.push(peer)
      await peer.send(`${line}\n`)
      await peer.receives(`${line}\n`)
    }
    const [first, second, third] = peers as [ScriptedPeer, ScriptedPeer, ScriptedPeer]
    const closing = server.close({ drain: 5_000 })
    for (const peer of [first, second]) {
      await peer.receives('goodbye\n')
      await peer.receivesEnd()
      peer.end()
    }
    await Promise.all([first.closed, second.closed])
    await clock.advance(5_000)
    await third.receivesReset()
    expect(await closing).toEqual({ drained: 2, forced: 1 })
    expect(clock.pending).toBe(0)
  })
})

describe('a loop over a connection of a server without a handler', () => {
  it('ends with its server', async () => {
    const { connection, drain, peer } = attach()
    const looping = collect(connection)
    await peer.send('a\n')
    await turns()
    drain()
    expect(await looping).toEqual(['a'])
    await peer.receivesEnd()
  })

  it('that is left lets the connection end', async () => {
    const { connection, drain, peer } = attach()
    await peer.send('a\nb\n')
    await turns()
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    drain()
    await iterator.next()
    await iterator.return?.()
    void connection.send('goodbye')
    expect(await peer.receiveAll()).toEqual(Buffer.from('goodbye\n'))
  })
})
