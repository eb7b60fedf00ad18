import { connectPair, VirtualClock } from 'hawser/testing'
import { lines } from 'hawser'
import { describe, expect, it } from 'vitest'
import { attach } from './support/attach.js'
import { collect, defer, turns } from './support/turns.js'

/** Waits on the virtual clock. */
function wait(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(resolve, ms, true)
  })
}

describe('a reply that is written 100 ms after the FIN of who asked', () => {
  it('arrives from a handler object', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({
      clock,
      handler: {
        async message(own, line) {
          await wait(clock, 100)
          await own.send(line.toUpperCase())
        },
      },
    })
    await peer.send('one\ntwo\nunterminated')
    peer.end()
    await clock.advance(300)
    expect(await peer.receiveAll()).toEqual(Buffer.from('ONE\nTWO\nUNTERMINATED\n'))
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended', unsent: 0 })
    expect(clock.pending).toBe(0)
  })

  it('arrives from the open of a handler object that takes no messages', async () => {
    const clock = new VirtualClock()
    const { peer } = attach({
      clock,
      handler: {
        async open(own) {
          await wait(clock, 100)
          await own.send('late')
        },
      },
    })
    peer.end()
    await clock.advance(100)
    expect(await peer.receiveAll()).toEqual(Buffer.from('late\n'))
  })

  it('arrives from a function handler behind its loop', async () => {
    const clock = new VirtualClock()
    const { peer } = attach({
      clock,
      async run(own) {
        const all = await collect(own)
        await wait(clock, 100)
        await own.send(all.join('+'))
      },
    })
    await peer.send('a\nb\n')
    peer.end()
    await clock.advance(100)
    expect(await peer.receiveAll()).toEqual(Buffer.from('a+b\n'))
  })

  it('arrives from a function handler that reads a WHATWG stream', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({
      clock,
      async run(own) {
        const all = await collect(own.readable)
        await wait(clock, 100)
        await own.send(all.join('+'))
      },
    })
    await peer.send('a\nb\n')
    peer.end()
    await clock.advance(100)
    expect(await peer.receiveAll()).toEqual(Buffer.from('a+b\n'))
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('arrives by a WHATWG stream', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({ clock })
    const slow = new TransformStream<string, string>({
      async transform(line, controller) {
        await wait(clock, 100)
        controller.enqueue(line.toUpperCase())
      },
    })
    const piped = connection.readable.pipeThrough(slow).pipeTo(connection.writable)
    await peer.send('a\nb\n')
    peer.end()
    await clock.advance(200)
    await piped
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\nB\n'))
  })

  it('arrives by a Node.js stream', async () => {
    const clock = new VirtualClock()
    const { peer, connection } = attach({ clock })
    const duplex = connection.duplex()
    duplex.on('data', (line: string) => {
      void wait(clock, 100).then(() => duplex.write(line.toUpperCase()))
    })
    duplex.on('end', () => {
      void wait(clock, 150).then(() => duplex.end())
    })
    await peer.send('a\n')
    peer.end()
    await clock.advance(200)
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\n'))
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('arrives from somebody who takes the messages one by one', async () => {
    const clock = new VirtualClock()
    const { connection, peer } = attach({ clock })
    const serve = async (): Promise<void> => {
      for await (const line of connection) {
        await wait(clock, 100)
        await connection.send(line.toUpperCase())
      }
    }
    const serving = serve()
    await peer.send('a\nb\n')
    peer.end()
    await clock.advance(200)
    expect(await peer.receiveAll()).toEqual(Buffer.from('A\nB\n'))
    await serving
  })
})

describe('the FIN of the peer', () => {
  it('ends the connection when nobody is there to take more', async () => {
    const { connection, peer } = attach()
    peer.end()
    await peer.receivesEnd()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended', phase: 'open' })
  })

  it('ends it when the loop was left before, with nothing left to take', async () => {
    const { connection, peer } = attach()
    await peer.send('only\n')
    for await (const _ of connection) break
    peer.end()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
  })

  it('ends it when the loop is left afterwards, with nothing left to take', async () => {
    const { connection, peer } = attach()
    await peer.send('only\n')
    const iterator = connection[Symbol.asyncIterator]()
    await iterator.next()
    peer.end()
    await turns()
    expect(connection.phase).toBe('peer-ended')
    await iterator.return?.()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
  })

  it('ends ours before the code behind the loop goes on, so that a late send never works by chance', async () => {
    const { connection, peer } = attach()
    const told = peer.receiveAll()
    await peer.send('a\nb\n')
    peer.end()
    for await (const line of connection) await connection.send(line)
    expect(connection.phase).not.toBe('peer-ended')
    await expect(connection.send('more')).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_ENDED' })
    // What was accepted before leaves first.
    expect(await told).toEqual(Buffer.from('a\nb\n'))
  })

  it('leaves ours open until end() under allowHalfOpen', async () => {
    const { connection, peer } = attach({ allowHalfOpen: true })
    const count = async (): Promise<void> => {
      const all = await collect(connection)
      await turns()
      await connection.send(`${all.length} lines`)
      await connection.end()
    }
    const counting = count()
    await peer.send('a\nb\n')
    peer.end()
    expect(await peer.receiveAll()).toEqual(Buffer.from('2 lines\n'))
    await counting
  })

  it('does not end the connection while messages wait to be taken', async () => {
    const { connection, peer } = attach()
    await peer.send('a\nb\n')
    peer.end()
    await turns()
    expect(connection.phase).toBe('peer-ended')
    const answer = async (): Promise<void> => {
      for await (const line of connection) await connection.send(line)
    }
    await answer()
    expect(await peer.receiveAll()).toEqual(Buffer.from('a\nb\n'))
  })

  it('does not end it while a handler object is paused with messages waiting', async () => {
    const { connection, peer } = attach({ handler: { message: (own, line) => own.send(line) } })
    connection.pause()
    await peer.send('a\n')
    peer.end()
    await turns()
    expect(connection.phase).toBe('peer-ended')
    connection.resume()
    expect(await peer.receiveAll()).toEqual(Buffer.from('a\n'))
  })

  it('waits for the outbox to leave', async () => {
    const { connection, peer } = attach({
      framing: lines(),
      line: { capacity: 16 },
      reading: false,
      handler: { message: (own, line) => own.send(line.repeat(20_000)) },
    })
    await peer.send('ab\n')
    peer.end()
    await turns()
    expect(connection.phase).toBe('ending')
    peer.startReading()
    const all = await peer.receiveAll()
    expect(all.length).toBe(40_001)
    expect(await connection.closed).toMatchObject({ unsent: 0, bytesWritten: 40_001 })
  })

  it('waits for a writable stream that was taken and not ended', async () => {
    const { connection, peer } = attach()
    const writer = connection.writable.getWriter()
    peer.end()
    await turns()
    await writer.write('still here')
    await writer.close()
    expect(await peer.receiveAll()).toEqual(Buffer.from('still here\n'))
    expect(await connection.closed).toMatchObject({ reason: 'ended' })
  })

  it('does not end a detached handler that is still at work', async () => {
    const working = defer()
    const { peer, connection } = attach({
      async run(own) {
        own.detach()
        await collect(own)
        await working.promise
        await own.send('done')
      },
    })
    peer.end()
    await turns()
    working.resolve()
    expect(await peer.receiveAll()).toEqual(Buffer.from('done\n'))
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended' })
  })
})

describe('end()', () => {
  it('settles when all has left, and what the peer sends afterwards is received', async () => {
    const { connection, peer } = attach()
    void connection.send('question')
    await connection.end()
    await peer.receives('question\n')
    await peer.receivesEnd()
    expect([connection.phase, connection.canSend]).toEqual(['ending', false])
    await peer.send('answer\n')
    peer.end()
    expect(await collect(connection)).toEqual(['answer'])
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended', phase: 'open' })
  })

  it('called again changes nothing', async () => {
    const { connection, peer, transport } = attach()
    await Promise.all([connection.end(), connection.end()])
    await connection.end()
    peer.end()
    await connection.closed
    await connection.end()
    expect(transport.ends).toEqual(['end'])
  })

  it('of both sides, before anybody reads, loses no message', async () => {
    const [client, server] = connectPair({ framing: lines() })
    void client.send('from the client')
    void server.send('from the server')
    await Promise.all([client.end(), server.end()])
    const ends = await Promise.all([client.closed, server.closed])
    expect(ends.map(({ reason }) => reason)).toEqual(['ended', 'ended'])
    expect(await collect(client)).toEqual(['from the server'])
    expect(await collect(server)).toEqual(['from the client'])
  })

  it('of a client that asks, ends, and only then reads, gets every reply', async () => {
    const replies = Array.from({ length: 1_000 }, (_, index) => `reply ${index}`)
    const [client] = connectPair({
      framing: lines(),
      handler: {
        async message(own) {
          for (const reply of replies) await own.send(reply)
        },
      },
    })
    await client.send('all of them')
    await client.end()
    await turns(50)
    expect(await collect(client)).toEqual(replies)
  })
})
