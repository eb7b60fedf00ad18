import { once } from 'node:events'
import {
  type Connection,
  type HawserError,
  lengthPrefixed,
  lines,
  type Refusal,
  type Server,
} from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, vi } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { loopback, make, nextConnection, portOf, readWays, serve } from './support/serving.js'

forbidStrayErrors()

const idle = { message: (): void => undefined }

async function connectMany(
  server: Pick<Server, 'address' | 'info'>,
  count: number,
): Promise<ScriptedPeer[]> {
  const before = server.info().accepted
  const peers: ScriptedPeer[] = []
  for (let each = 0; each < count; each += 1) {
    peers.push(await ScriptedPeer.connect(server.address()))
  }
  await until(() => server.info().accepted === before + count)
  return peers
}

/** A peer that is accepted by nobody. */
async function turnedAway(address: ReturnType<Server['address']>): Promise<void> {
  await using peer = await ScriptedPeer.connect(address)
  await peer.receivesEnd()
}

function resetAll(peers: readonly ScriptedPeer[]): void {
  for (const peer of peers) peer.reset()
}

describe.each(readWays)('the open connections, %s', (_name, fastRead) => {
  it('are counted, known and listed, each until it is gone', async () => {
    const server = await serve({ fastRead }, idle)
    expect(server.connections.size).toBe(0)
    const accepted: Connection[] = []
    server.on('connection', (connection) => accepted.push(connection))
    const peers = await connectMany(server, 3)
    expect(server.connections.size).toBe(3)
    expect([...server.connections]).toEqual(accepted)
    const [first] = accepted as [Connection]
    expect(server.connections.has(first)).toBe(true)
    expect(await server.getConnections()).toBe(3)

    peers[0]?.reset()
    await first.closed
    expect(server.connections.has(first)).toBe(false)
    expect([...server.connections]).toEqual(accepted.slice(1))
    const count = await new Promise((resolve) => {
      server.getConnections((error, open) => resolve([error, open]))
    })
    expect(count).toEqual([null, 2])
    resetAll(peers)
  })

  it('may be closed while they are gone through', async () => {
    const server = await serve({ fastRead }, idle)
    const peers = await connectMany(server, 5)
    let seen = 0
    for (const connection of server.connections) {
      seen += 1
      connection.reset()
    }
    expect(seen).toBe(5)
    await until(() => server.connections.size === 0)
    resetAll(peers)
  })

  it('know both ends', async () => {
    const server = await serve({ fastRead }, idle)
    const connected = nextConnection(server)
    const peer = await ScriptedPeer.connect(server.address())
    const connection = await connected
    expect(connection).toMatchObject({
      localAddress: '127.0.0.1',
      localPort: portOf(server),
      localFamily: 'IPv4',
      remoteAddress: '127.0.0.1',
      remotePort: expect.any(Number),
      remoteFamily: 'IPv4',
    })
    peer.reset()
  })
})

describe.each(readWays)('a maximum of connections, %s', (_name, fastRead) => {
  it('holds, and holds anew when it is changed: the fourth is refused, then up to five', async () => {
    const server = await serve({ fastRead, maxConnections: 3 }, idle)
    const drops: Refusal[] = []
    server.on('drop', (refusal) => drops.push(refusal))
    const peers = await connectMany(server, 3)

    await turnedAway(server.address())
    expect(drops).toEqual([
      {
        reason: 'limit',
        connections: 3,
        limit: 3,
        remoteAddress: '127.0.0.1',
        remotePort: expect.any(Number),
        remoteFamily: 'IPv4',
        localAddress: '127.0.0.1',
        localPort: portOf(server),
        localFamily: 'IPv4',
      },
    ])
    expect(server.refused.limit).toBe(1)

    server.maxConnections = 5
    expect(server.info()).toMatchObject({ maxConnections: 5, effectiveMaxConnections: 5 })
    peers.push(...(await connectMany(server, 2)))
    await turnedAway(server.address())
    expect(server.refused.limit).toBe(2)

    server.maxConnections = 1
    expect(server.connections.size).toBe(5)
    peers.pop()?.reset()
    await until(() => server.connections.size === 4)
    await turnedAway(server.address())
    expect(server.refused.limit).toBe(3)
    resetAll(peers)
  })

  it('of none refuses everybody, and a wrong one is refused itself', async () => {
    const server = await serve({ fastRead, maxConnections: 0 }, idle)
    await turnedAway(server.address())
    expect(server.refused.limit).toBe(1)
    expect(() => {
      server.maxConnections = -1
    }).toThrow(/maxConnections is -1/)
    expect(server.maxConnections).toBe(0)
  })

  it('is told with the path on a Unix socket', async () => {
    const path = `${createFolder()}/app.sock`
    const server = await make({ fastRead, maxConnections: 0 }, idle).listen(`unix:${path}`)
    const dropped = once(server, 'drop')
    await turnedAway(path)
    expect((await dropped)[0]).toMatchObject({
      remoteAddress: path,
      remoteFamily: 'unix',
      localAddress: path,
      localFamily: 'unix',
    })
  })
})

describe.each(readWays)('a goodbye, %s', (_name, fastRead) => {
  const full = { fastRead, framing: lines(), maxConnections: 0, goodbye: 'full' }

  it('reaches a peer who is refused, and ends', async () => {
    const server = await serve(full, {})
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('full\n')
    await peer.receivesEnd()
    peer.end()
    expect((await peer.closed).error).toBeUndefined()
  })

  it('reaches a peer who has sent something already, and no reset takes it away', async () => {
    const server = await serve(full, {})
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('x'.repeat(100_000))
    await peer.receives('full\n')
    await peer.receivesEnd()
    peer.end()
    expect((await peer.closed).error).toBeUndefined()
  })

  it('reaches a peer who has ended already', async () => {
    const server = await serve(full, {})
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('request\n')
    peer.end()
    await peer.receives('full\n')
    await peer.receivesEnd()
    expect((await peer.closed).error).toBeUndefined()
  })

  it('is said on a Unix socket', async () => {
    const server = make(full, {})
    await server.listen(`unix:${createFolder()}/app.sock`)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.receives('full\n')
    await peer.receivesEnd()
  })

  it('is given a second, however busily its peer sends', async () => {
    const clock = new VirtualClock()
    const server = await serve({ ...full, clock }, {})
    const peer = await ScriptedPeer.connect(server.address())
    await peer.receives('full\n')
    await peer.receivesEnd()
    await clock.advance(999)
    await peer.send('still here')
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(clock.pending).toBe(0)
    // The first bytes that find nobody are answered with a reset, which the next ones meet.
    const goOn = async (): Promise<void> => {
      for (;;) await peer.send('still here')
    }
    await expect(goOn()).rejects.toThrow(/EPIPE|ECONNRESET/)
    await peer.closed
  })

  it('is said to 16 peers at once; the next are closed without it', async () => {
    const clock = new VirtualClock()
    const server = await serve({ ...full, clock }, {})
    const peers: ScriptedPeer[] = []
    for (let each = 0; each < 18; each += 1) {
      peers.push(await ScriptedPeer.connect(server.address()))
    }
    await until(() => server.refused.limit === 18)
    for (const peer of peers.slice(0, 16)) await peer.receives('full\n')
    for (const peer of peers.slice(16)) await peer.receivesEnd()

    peers[0]?.end()
    await peers[0]?.closed
    await until(() => clock.pending === 15)
    const another = await ScriptedPeer.connect(server.address())
    await another.receives('full\n')
    for (const peer of [...peers, another]) peer.reset()
    await until(() => clock.pending === 0)
  })
})

describe('a goodbye', () => {
  it('is encoded once, and anew for each where the framing says so', async () => {
    const once_ = lengthPrefixed({ bytes: 1 })
    const encode = vi.fn<() => void>()
    const counting = {
      ...once_,
      createEncoder: (...all: Parameters<typeof once_.createEncoder>) => {
        encode()
        return once_.createEncoder(...all)
      },
    }
    for (const perConnection of [false, true]) {
      encode.mockClear()
      const framing = { ...counting, perConnection }
      const server = await serve({ framing, maxConnections: 0, goodbye: 'no' }, {})
      const calls = encode.mock.calls.length
      for (let each = 0; each < 3; each += 1) {
        const peer = await ScriptedPeer.connect(server.address())
        await peer.receives('\x02no')
        peer.reset()
      }
      expect(encode.mock.calls.length - calls).toBe(perConnection ? 3 : 0)
    }
  })
})

describe('connections that nobody takes at once', () => {
  it('wait for the loop, in their order', async () => {
    const server = await serve({ framing: lines() })
    const peers: ScriptedPeer[] = []
    for (const name of ['one', 'two', 'three']) {
      const peer = await ScriptedPeer.connect(server.address())
      await peer.send(`${name}\n`)
      peers.push(peer)
      await until(() => server.connections.size === peers.length)
    }
    const names: unknown[] = []
    for await (const connection of server) {
      for await (const line of connection) {
        names.push(line)
        break
      }
      if (names.length === 3) break
    }
    expect(names).toEqual(['one', 'two', 'three'])
    resetAll(peers)
  })

  it('are 128 at most, and room is made by taking one or by one that leaves', async () => {
    const server = await serve()
    const drops: Refusal[] = []
    server.on('drop', (refusal) => drops.push(refusal))
    const peers = await connectMany(server, 128)
    await turnedAway(server.address())
    expect(drops).toMatchObject([{ reason: 'not-accepted', connections: 128, limit: 128 }])
    expect(server.refused['not-accepted']).toBe(1)

    const taken = await server[Symbol.asyncIterator]().next()
    expect(taken.done).toBe(false)
    peers.push(...(await connectMany(server, 1)))
    peers[5]?.reset()
    await until(() => server.connections.size === 128)
    peers.push(...(await connectMany(server, 1)))
    expect(server.refused['not-accepted']).toBe(1)
    resetAll(peers)
  })

  it('are none where none may wait, except those a loop is there for', async () => {
    const server = await serve({ maxWaiting: 0 })
    await turnedAway(server.address())
    expect(server.refused['not-accepted']).toBe(1)
    const next = server[Symbol.asyncIterator]().next()
    const peer = await ScriptedPeer.connect(server.address())
    expect((await next).done).toBe(false)
    peer.reset()
  })

  it.each<[string, Parameters<typeof serve>[1]]>([
    ['a handler object', idle],
    ['a function', (connection) => void connection.detach()],
  ])('do not exist where %s takes them, and no limit on waiting holds', async (_name, handler) => {
    const server = await serve({ maxWaiting: 0 }, handler)
    const peers = await connectMany(server, 3)
    resetAll(peers)
  })

  it('do not wait where somebody listens for the event', async () => {
    const server = await serve({ maxWaiting: 1 })
    server.on('connection', (connection) => void connection.send('hello'))
    const peers = await connectMany(server, 3)
    for (const peer of peers) await peer.receives('hello')
    resetAll(peers)
  })

  it('come to the loop though somebody listens for the event too', async () => {
    const server = await serve()
    const seen = vi.fn<(connection: Connection) => void>()
    server.on('connection', seen)
    const next = server[Symbol.asyncIterator]().next()
    const peer = await ScriptedPeer.connect(server.address())
    expect(seen).toHaveBeenCalledExactlyOnceWith((await next).value)
    peer.reset()
  })

  it('are not lost to a loop that was left while it waited', async () => {
    const server = await serve()
    const left = server[Symbol.asyncIterator]()
    const pending = left.next()
    await left.return?.()
    expect((await pending).done).toBe(true)
    expect((await left.next()).done).toBe(true)
    const peers = await connectMany(server, 1)
    const next = await server[Symbol.asyncIterator]().next()
    expect(next.done).toBe(false)
    resetAll(peers)
  })

  it('end the loop when the server closes', async () => {
    const server = await serve()
    const served: unknown[] = []
    const loop = (async () => {
      for await (const connection of server) served.push(connection)
    })()
    const peers = await connectMany(server, 1)
    await until(() => served.length === 1)
    await server.close({ drain: 0 })
    await loop
    expect((await server[Symbol.asyncIterator]().next()).done).toBe(true)
    resetAll(peers)
  })
})

describe('an exception', () => {
  const failure = new Error('a bug in the listener')

  it.each<[string, () => void | Promise<void>]>([
    [
      'thrown',
      () => {
        throw failure
      },
    ],
    ['rejected with', () => Promise.reject(failure)],
  ])('%s by a connection listener closes that connection and harms nobody', async (_name, fail) => {
    const onError = vi.fn<(error: HawserError, connection?: Connection) => void>()
    const server = await serve({ onError }, idle)
    let count = 0
    const failing: Connection[] = []
    const listener = (connection: Connection): unknown => {
      count += 1
      if (count > 1) return connection.send('hello')
      failing.push(connection)
      return fail()
    }
    server.on('connection', listener)
    await using bad = await ScriptedPeer.connect(server.address())
    await bad.receivesEnd()
    bad.end()
    expect(await failing[0]?.closed).toMatchObject({ by: 'error', reason: 'handler-failed' })
    expect(onError).toHaveBeenCalledOnce()
    expect(onError.mock.calls[0]?.[0]).toMatchObject({
      code: 'HAWSER_HANDLER_FAILED',
      cause: failure,
    })
    expect(onError.mock.calls[0]?.[1]).toBe(failing[0])
    await using good = await ScriptedPeer.connect(server.address())
    await good.receives('hello')
  })

  it('of a peer that resets, out of an async connection listener, is no failure of it', async () => {
    const onError = vi.fn<() => void>()
    const server = await serve({ onError, framing: lines() })
    const closed = new Promise((resolve) => {
      const listener: (connection: Connection<string, string>) => unknown = async (connection) => {
        void connection.closed.then(resolve)
        for await (const line of connection) await connection.send(line)
      }
      server.on('connection', listener)
    })
    const peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('hello\n')
    peer.reset()
    expect(await closed).toMatchObject({ by: 'remote', reason: 'reset' })
    expect(onError).not.toHaveBeenCalled()
  })

  it('out of a drop listener is reported, and the peer is refused all the same', async () => {
    const onError = vi.fn<(error: HawserError) => void>()
    const server = await serve({ onError, maxConnections: 0 }, idle)
    server.on('drop', () => {
      throw failure
    })
    await turnedAway(server.address())
    expect(onError.mock.calls[0]?.[0]).toMatchObject({
      code: 'HAWSER_HANDLER_FAILED',
      message: "a listener of the server's event 'drop' failed: a bug in the listener",
      cause: failure,
    })
    expect(server.info()).toMatchObject({ handlerErrors: 1, connections: 0 })
  })
})

describe('a server', () => {
  it('counts what went through it', async () => {
    const server = await serve({ framing: lines() }, { message: (c, line) => c.send(`${line}!`) })
    for (let each = 0; each < 2; each += 1) {
      const peer = await ScriptedPeer.connect(server.address())
      await peer.send('hello\n')
      await peer.receives('hello!\n')
      peer.end()
      await peer.closed
    }
    await until(() => server.connections.size === 0)
    expect(server.info()).toEqual({
      listening: true,
      suspended: false,
      draining: false,
      addresses: [server.address()],
      connections: 0,
      opening: 0,
      accepted: 2,
      vanished: 0,
      held: 0,
      paused: false,
      maxConnections: 10_000,
      effectiveMaxConnections: expect.any(Number),
      refused: {
        limit: 0,
        denied: 0,
        'per-address': 0,
        rate: 0,
        'tls-certificate-invalid': 0,
        'tls-handshake-failed': 0,
        'tls-handshake-timeout': 0,
        'proxy-header-invalid': 0,
        'proxy-header-timeout': 0,
        'proxy-untrusted': 0,
        'fd-limit': 0,
        'not-accepted': 0,
        draining: 0,
        suspended: 0,
      },
      handlerErrors: 0,
      topics: 0,
      skipped: 0,
      memory: { used: 0, limit: 256 * 1024 * 1024 },
      bytesRead: 12,
      bytesWritten: 14,
      messagesRead: 2,
      messagesWritten: 2,
    })
  })

  it('listens on its loopback port again after it was closed by another', async () => {
    const first = await serve()
    const port = portOf(first)
    await first.close()
    const second = await make({}, idle).listen({ ...loopback, port })
    expect(portOf(second)).toBe(port)
  })
})
