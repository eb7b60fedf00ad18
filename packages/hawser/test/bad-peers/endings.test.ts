import net from 'node:net'
import { type Connection, connect, createServer, lines, raw } from 'hawser'
import { connectPeer, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serve, ways } from './support/consuming.js'
import { forbidStrayErrors } from './support/strays.js'
import { until } from '../../../../test/support/until.js'

forbidStrayErrors()

const mebibyte = 1024 * 1024

/** A server on a free port, closed when the test ends. */
async function listen(
  handler: (connection: Connection<string, string>) => void | Promise<void>,
): Promise<ReturnType<typeof createServer<string, string>>> {
  const server = createServer({ framing: lines() }, handler)
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return server.listen({ host: '127.0.0.1', port: 0 })
}

describe('a peer that ends while we still write', () => {
  it('gets all of it, and the connection ends in order', async () => {
    const server = await listen(async (connection) => {
      for await (const request of connection) {
        for (let part = 0; part < 100; part += 1) await connection.send(request.repeat(10_000))
      }
    })
    await using peer = await ScriptedPeer.connect(server.address(), { reading: false })
    await peer.send('ten chars!\n')
    peer.end()
    await until(() => server.info().bytesWritten > mebibyte)
    const [connection] = server.connections
    const closed = connection?.closed
    peer.startReading()
    expect((await peer.receiveAll()).length).toBe(100 * 100_001)
    expect(await closed).toMatchObject({ reason: 'ended', unsent: 0, bytesWritten: 10_000_100 })
  })

  it('and goes away makes send reject, and nothing else', async () => {
    const failures: unknown[] = []
    const server = createServer(
      { framing: lines(), onError: (error) => void failures.push(error) },
      async (connection) => {
        for (;;) await connection.send('x'.repeat(10_000))
      },
    )
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    await server.listen({ host: '127.0.0.1', port: 0 })
    const peer = await ScriptedPeer.connect(server.address(), { reading: false })
    await until(() => server.info().bytesWritten > mebibyte)
    const [connection] = server.connections
    peer.close()
    const info = await connection?.closed
    expect(info).toMatchObject({ by: 'remote', reason: 'reset' })
    expect(info?.unsent).toBeGreaterThan(0)
    expect(failures).toEqual([])
  })
})

describe.each(['open', 'ended'])('a reset behind an answer, our direction being %s', (state) => {
  /** A server whose answer is followed by a reset in the same turn: one read finds both. */
  async function breakingOff(): Promise<number> {
    const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
      const breakOff = (): void => {
        socket.write('half an answer')
        socket.resetAndDestroy()
      }
      socket.on('error', () => undefined).on('end', breakOff)
      if (state === 'open') socket.once('data', breakOff)
      else socket.resume()
    })
    onTestFinished(() => void listener.close())
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    return (listener.address() as net.AddressInfo).port
  }

  it.each(['loop', 'object'])('is not taken for its end, under %s', async (way) => {
    const target = { host: '127.0.0.1', port: await breakingOff() }
    const connection = await connect(target, way === 'object' ? { handler: { message() {} } } : {})
    await connection.send('question')
    if (state === 'ended') await connection.end()
    if (way === 'loop') {
      const loop = connection[Symbol.asyncIterator]()
      const all = (async () => {
        while ((await loop.next()).done !== true);
      })()
      await expect(all).rejects.toMatchObject({ code: 'HAWSER_CONNECTION_RESET' })
    }
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset', bytesRead: 14 })
  })
})

describe.each(ways)('a peer that ends after its request, under %s', (way) => {
  it('ends the consumption, and the connection in order', async () => {
    const { server, outcome } = await serve(way, { framing: lines() })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('one\ntwo\n')
    peer.end()
    await peer.receivesEnd()
    const { messages, thrown, info } = await outcome
    expect(messages).toEqual(['one', 'two'])
    expect(thrown).toBeUndefined()
    expect(info).toMatchObject({ reason: 'ended', undelivered: 0, unsent: 0 })
    expect(info.error).toBeUndefined()
  })

  it('and one that ends without a word', async () => {
    const { server, outcome } = await serve(way, { framing: lines() })
    await using peer = await ScriptedPeer.connect(server.address())
    peer.end()
    await peer.receivesEnd()
    const { messages, thrown, info } = await outcome
    expect([messages, thrown]).toEqual([[], undefined])
    expect(info).toMatchObject({ by: 'remote', reason: 'ended', bytesRead: 0 })
  })
})

describe('the reply to a peer that has ended', () => {
  it('reaches it though the handler settles long after the FIN, by a function', async () => {
    let answer!: () => void
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const server = await listen(async (connection) => {
      for await (const request of connection) {
        await asked
        await connection.send(`${request} answered`)
      }
    })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('req\n')
    peer.end()
    await until(() => [...server.connections].some(({ phase }) => phase === 'peer-ended'))
    answer()
    await peer.receives('req answered\n')
    await peer.receivesEnd()
  })

  it('reaches it though the handler settles long after the FIN, by a handler object', async () => {
    let answer!: () => void
    const asked = new Promise<void>((resolve) => {
      answer = resolve
    })
    const { connection, peer } = connectPeer({
      framing: lines(),
      handler: {
        message: async (self, request) => {
          await asked
          await self.send(`${request} answered`)
        },
      },
    })
    await peer.send('req\n')
    peer.end()
    await until(() => connection.phase === 'peer-ended')
    answer()
    await peer.receives('req answered\n')
    await peer.receivesEnd()
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'ended', unsent: 0 })
  })

  it('is not lost to a reset when more arrives than was read', async () => {
    const server = await listen(async (connection) => {
      for await (const _request of connection) break
      await connection.send('enough')
    })
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('req\n'.repeat(50_000))
    await peer.receives('enough\n')
    await peer.receivesEnd()
    peer.end()
    expect(await peer.closed).toEqual({ error: undefined })
  })
})

describe('after the end', () => {
  it('send rejects with a code, and a forgotten rejection harms nobody', async () => {
    const { connection, peer } = connectPeer({ framing: lines() })
    peer.end()
    await connection.close()
    await expect(connection.send('late')).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_ENDED',
    })
    void connection.send('forgotten')
    expect(connection.trySend('late')).toBe(false)
    await expect(connection.flush()).resolves.toBeUndefined()
    expect(connection.phase).toBe('closed')
  })

  it('of our direction alone, send rejects and the peer is still heard', async () => {
    const { connection, peer } = connectPeer({ framing: lines() })
    await connection.send('last')
    await connection.end()
    await expect(connection.send('late')).rejects.toMatchObject({
      code: 'HAWSER_CONNECTION_ENDED',
    })
    expect(connection.trySend('late')).toBe(false)
    await peer.receives('last\n')
    await peer.receivesEnd()
    await peer.send('I still speak\n')
    peer.end()
    const heard: string[] = []
    for await (const text of connection) heard.push(text)
    expect(heard).toEqual(['I still speak'])
    expect(await connection.closed).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('by a reset of the peer, every pending promise settles', async () => {
    const { connection, peer } = connectPeer({ framing: raw() }, { reading: false })
    const sends = Array.from({ length: 20 }, () => connection.send('x'.repeat(20_000)))
    const flush = connection.flush()
    const next = connection[Symbol.asyncIterator]().next()
    peer.reset()
    const results = await Promise.allSettled([...sends, flush, next])
    const codes = results.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as { code: string }).code] : [],
    )
    expect(results[0]?.status).toBe('fulfilled')
    expect(codes.at(-1)).toBe('HAWSER_CONNECTION_RESET')
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(['HAWSER_CONNECTION_CLOSED']))
    expect(await connection.closed).toMatchObject({ by: 'remote', reason: 'reset' })
  })

  it('calls are harmless', async () => {
    const { connection, peer } = connectPeer({ framing: lines() })
    peer.reset()
    const info = await connection.closed
    connection.pause()
    connection.resume()
    connection.reset()
    connection.ref().unref().detach()
    await connection.end()
    expect(await connection.close()).toBe(info)
    expect(await connection.closed).toBe(info)
    const heard: string[] = []
    const listenAgain = async (): Promise<void> => {
      for await (const text of connection) heard.push(text)
    }
    await listenAgain().catch(() => undefined)
    expect(heard).toEqual([])
  })
})
