import { channel } from 'node:diagnostics_channel'
import {
  type ChannelName,
  type ChannelPayloads,
  connect,
  type Connection,
  createClient,
  createPool,
  lengthPrefixed,
  lines,
  observe,
  type Server,
} from 'hawser'
import { connectPair, connectPeer } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { make, nextConnection, portOf, serve } from '../server/support/serving.js'
import { createSecure } from '../server/support/secure.js'

const connectionChannels = [
  'hawser:connection:open',
  'hawser:connection:first-byte',
  'hawser:connection:message-in',
  'hawser:connection:message-out',
  'hawser:connection:overflow',
  'hawser:connection:close',
] as const

/** Observe until the test ends. */
function watch<Name extends ChannelName>(
  name: Name,
  listener: (event: ChannelPayloads[Name]) => void,
): () => void {
  const stop = observe(name, listener)
  onTestFinished(stop)
  return stop
}

/** Everything that is published about one side, in order: the channel's last word and what it tells. */
function record(
  isMine: (event: ChannelPayloads['hawser:connection:open']) => boolean,
): unknown[][] {
  const seen: unknown[][] = []
  for (const name of connectionChannels) {
    watch(name, (event) => {
      if (!isMine(event)) return
      const word = name.slice('hawser:connection:'.length)
      if ('message' in event) seen.push([word, event.message])
      else if ('info' in event) seen.push([word, event.info.reason, event.info.by])
      else seen.push([word])
    })
  }
  return seen
}

/** A payload-shaped connection is the connection itself. */
function isSame(seen: unknown, connection: unknown): boolean {
  return seen === connection
}

describe('a small exchange over TCP', () => {
  it('is published in the order it happens, with the server and the connection', async () => {
    const server = make({ framing: lines() }, async (connection) => {
      for await (const line of connection) await connection.send(line.toUpperCase())
    })
    const seen = record((event) => event.server === server)
    await server.listen({ host: '127.0.0.1', port: 0 })
    const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
    await client.send('one')
    await client.send('two')
    await client.end()
    const answers: string[] = []
    for await (const line of client) answers.push(line)
    expect(answers).toEqual(['ONE', 'TWO'])
    await server.close()
    expect(seen).toEqual([
      ['open'],
      ['first-byte'],
      ['message-in', 'one'],
      ['message-out', 'ONE'],
      ['message-in', 'two'],
      ['message-out', 'TWO'],
      ['close', 'ended', 'remote'],
    ])
  })

  it('is published for the client too, which has no server', async () => {
    const server = await serve({ framing: lines() }, { message: (c, line) => c.send(`${line}!`) })
    const port = portOf(server)
    const seen = record(
      (event) => event.server === undefined && event.connection.remotePort === port,
    )
    const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
    await client.send('hello')
    for await (const line of client) {
      expect(line).toBe('hello!')
      break
    }
    await client.close()
    expect(seen).toEqual([
      ['open'],
      ['message-out', 'hello'],
      ['first-byte'],
      ['message-in', 'hello!'],
      ['close', 'ended', 'local'],
    ])
  })

  it('tells how the connection ended as the connection itself does', async () => {
    const infos: unknown[] = []
    const [client, server] = connectPair({ framing: lines() })
    watch('hawser:connection:close', ({ connection, info }) => {
      // Connections of other tests may end as well.
      if (isSame(connection, client) || isSame(connection, server)) infos.push(info)
    })
    await client.close()
    expect(infos).toEqual(expect.arrayContaining([await client.closed, await server.closed]))
    expect(infos).toHaveLength(2)
  })
})

it('a server says where it listens, once for each endpoint', async () => {
  const server = make()
  const heard: unknown[] = []
  watch('hawser:server:listen', (event) => {
    if (event.server === server) heard.push(event.address)
  })
  await server.listen([
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 0 },
  ])
  expect(heard).toEqual(server.addresses())
  await server.suspend()
  await server.resume()
  expect(heard).toHaveLength(2)
})

it('a refusal is published as the drop event tells it', async () => {
  const server = await serve({ maxConnections: 0 })
  const refusals: unknown[] = []
  watch('hawser:server:refuse', (event) => {
    if (event.server === server) refusals.push(event.refusal)
  })
  const dropped = new Promise((resolve) => void server.once('drop', resolve))
  const client = await connect(`127.0.0.1:${portOf(server)}`)
  await client.closed
  expect(refusals).toEqual([await dropped])
  expect(refusals).toMatchObject([{ reason: 'limit', connections: 0, limit: 0 }])
})

/** A line that takes little before it pushes back. */
const small = { capacity: 1_000 }

describe('an outbox whose peer does not read', () => {
  it('is told when it rises above its high-water mark, and when it is full', async () => {
    const { connection } = connectPeer(
      { framing: lengthPrefixed({ bytes: 4 }), highWaterMark: 1_000, outbox: 3_000, line: small },
      { reading: false },
    )
    const overflows: unknown[] = []
    watch('hawser:connection:overflow', ({ kind, unsent, limit, connection: whose }) => {
      if (isSame(whose, connection)) overflows.push([kind, unsent > limit, limit])
    })
    const message = new Uint8Array(496)
    while (connection.phase !== 'closed' && overflows.length < 2) void connection.send(message)
    expect(overflows).toEqual([
      ['high-water', true, 1_000],
      ['full', true, 3_000],
    ])
    expect((await connection.closed).reason).toBe('outbox-full')
  })

  it('is told again after it had fallen', async () => {
    const { connection, peer } = connectPeer(
      { framing: lengthPrefixed({ bytes: 4 }), highWaterMark: 1_000, line: small },
      { reading: false },
    )
    const kinds: string[] = []
    watch('hawser:connection:overflow', (event) => {
      if (isSame(event.connection, connection)) kinds.push(event.kind)
    })
    const fill = (): void => {
      while (connection.canSend) void connection.send(new Uint8Array(496))
      void connection.send(new Uint8Array(496))
    }
    fill()
    expect(kinds).toEqual(['high-water'])
    peer.startReading()
    await connection.flush()
    peer.stopReading()
    fill()
    expect(kinds).toEqual(['high-water', 'high-water'])
    connection.reset()
  })
})

it('a broadcast is published for each connection that takes it, with the message before encoding', async () => {
  const server = await serve({ framing: lines() })
  const sent: unknown[] = []
  watch('hawser:connection:message-out', ({ message, server: whose }) => {
    if (whose === server) sent.push(message)
  })
  const clients = [await connectTo(server), await connectTo(server)]
  expect(server.broadcast('hello')).toBe(2)
  expect(sent).toEqual(['hello', 'hello'])
  await Promise.all(clients.map((client) => client.close()))
})

async function connectTo(server: Server<string, string>): Promise<Connection<string, string>> {
  const arrived = new Promise((resolve) => void server.once('connection', resolve))
  const client = await connect(`127.0.0.1:${portOf(server)}`, { framing: lines() })
  await arrived
  return client
}

describe('a subscriber that throws', () => {
  it('ends neither the connection nor the exchange, and is a warning once', async () => {
    const thrown: unknown[] = []
    const failure = new Error('the observer failed')
    const note = (warning: unknown): void => void thrown.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    watch('hawser:connection:message-in', () => {
      throw failure
    })
    const [client, server] = connectPair({ framing: lines() })
    await client.send('one')
    await client.send('two')
    await client.end()
    const heard: string[] = []
    for await (const line of server) heard.push(line)
    expect(heard).toEqual(['one', 'two'])
    expect((await server.close()).reason).toBe('ended')
    expect(thrown).toEqual([failure])
  })
})

describe('while nobody observes', () => {
  const quiet = channel('hawser:connection:message-in')

  it('nothing is published, before the first subscription and after the last', async () => {
    const published: unknown[] = []
    const [client, server] = connectPair({ framing: lines() })
    onTestFinished(() => client.reset())
    const iterator = server[Symbol.asyncIterator]()
    const exchange = async (text: string): Promise<void> => {
      await client.send(text)
      expect(await iterator.next()).toEqual({ done: false, value: text })
    }
    // The channel's own method sees every payload that is made, whether or not anybody listens.
    Object.defineProperty(quiet, 'publish', {
      configurable: true,
      value: (event: { message: unknown }) => published.push(event.message),
    })
    onTestFinished(() => void Reflect.deleteProperty(quiet, 'publish'))

    await exchange('before')
    const stop = watch('hawser:connection:message-in', () => {})
    await exchange('while')
    stop()
    await exchange('after')
    expect(published).toEqual(['while'])
  })

  it('a subscription that was ended twice takes nobody else along', async () => {
    const heard: string[] = []
    const listener = (): void => void heard.push('heard')
    const first = watch('hawser:connection:message-in', listener)
    watch('hawser:connection:message-in', listener)
    first()
    first()
    const [client, server] = connectPair({ framing: lines() })
    onTestFinished(() => client.reset())
    await client.send('one')
    await server[Symbol.asyncIterator]().next()
    expect(heard).toEqual(['heard'])
  })
})

describe('a TLS handshake', () => {
  /** What is published of handshakes, connections and refusals, in order. */
  function recordServer(server: object): unknown[][] {
    const seen: unknown[][] = []
    watch('hawser:server:handshake', ({ server: whose, milliseconds, ...rest }) => {
      if (whose === server) seen.push(['handshake', milliseconds >= 0, rest])
    })
    watch('hawser:connection:open', ({ server: whose, connection }) => {
      if (whose === server) seen.push(['open', connection.remoteAddress])
    })
    watch('hawser:server:refuse', ({ server: whose, refusal }) => {
      if (whose === server) seen.push(['refuse', refusal.reason])
    })
    return seen
  }

  const done = { protocol: 'TLSv1.3', resumed: false }

  it('is published when it is done, before the connection, and not when it fails', async () => {
    const { tls, ca } = await createSecure()
    const server = make({ framing: lines(), tls }, {})
    const seen = recordServer(server)
    await server.listen('tls://127.0.0.1:0')
    const arrived = nextConnection(server)
    const client = await connect(`tls://127.0.0.1:${portOf(server)}`, { tls: { ca } })
    await arrived
    client.reset()
    await client.closed
    const stranger = await connect(`127.0.0.1:${portOf(server)}`)
    await stranger.send('no hello\n')
    await stranger.closed
    expect(seen).toEqual([
      ['handshake', true, { ...done, remoteAddress: '127.0.0.1' }],
      ['open', '127.0.0.1'],
      ['refuse', 'tls-handshake-failed'],
    ])
  })

  it('names the client behind a proxy, not the proxy', async () => {
    const { tls, ca } = await createSecure()
    const proxyProtocol = { mode: 'require', trusted: ['127.0.0.1'] } as const
    const server = make({ framing: lines(), tls, proxyProtocol }, {})
    const seen = recordServer(server)
    await server.listen('tls://127.0.0.1:0')
    const arrived = nextConnection(server)
    const client = await connect(`127.0.0.1:${portOf(server)}`)
    await client.send('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n')
    await client.startTls({ tls: { ca, servername: '127.0.0.1' } })
    await arrived
    client.reset()
    await client.closed
    expect(seen).toEqual([
      ['handshake', true, { ...done, remoteAddress: '192.0.2.1' }],
      ['open', '192.0.2.1'],
    ])
  })

  it('is published when it begins on an open connection', async () => {
    const { tls, ca } = await createSecure()
    const server = make({ framing: lines(), tls }, async (connection) => {
      for await (const _ of connection) {
        await connection.startTls({ reply: 'go' })
        await connection.send('secret')
        break
      }
    })
    await server.listen('tcp://127.0.0.1:0')
    const seen = recordServer(server)
    const client = await connect(`tcp://127.0.0.1:${portOf(server)}`, { framing: lines() })
    await client.send('STARTTLS')
    for await (const line of client) {
      expect(line).toBe('go')
      break
    }
    await client.startTls({ tls: { ca, servername: '127.0.0.1' } })
    for await (const line of client) expect(line).toBe('secret')
    await client.closed
    expect(seen).toEqual([
      ['open', '127.0.0.1'],
      ['handshake', true, { ...done, remoteAddress: '127.0.0.1' }],
    ])
  })
})

describe('bytes', () => {
  /** What one side reads and writes, copied, since it is lent. */
  function recordBytes(isMine: (connection: unknown) => boolean): string[][] {
    const seen: string[][] = []
    for (const way of ['in', 'out'] as const) {
      watch(`hawser:connection:bytes-${way}`, ({ connection, bytes }) => {
        if (isMine(connection)) seen.push([way, Buffer.from(bytes).toString()])
      })
    }
    return seen
  }

  it('are published as they are read and written, with their framing', async () => {
    const { connection, peer } = connectPeer({
      framing: lines(),
      handler: { message: (c, line) => c.send(line.toUpperCase()) },
    })
    const seen = recordBytes((each) => isSame(each, connection))
    await peer.send('one\ntw')
    await peer.receives('ONE\n')
    await peer.send('o\n')
    await peer.receives('TWO\n')
    await connection.close()
    await peer.send('late')
    peer.close()
    expect(seen).toEqual([
      ['in', 'one\ntw'],
      ['out', 'ONE\n'],
      ['in', 'o\n'],
      ['out', 'TWO\n'],
    ])
  })

  it('are published of a client and a pool with the one that they belong to', async () => {
    const server = await serve({ framing: lines() }, { message: (c, line) => c.send(line) })
    const owners: unknown[] = []
    watch('hawser:connection:bytes-out', (event) => {
      if (event.server === undefined) owners.push(event.client)
    })
    const place = `127.0.0.1:${portOf(server)}`
    const client = createClient(place, { framing: lines() })
    await client.request('one')
    await client.close()
    const pool = createPool(place, { framing: lines() })
    await pool.run((lease) => lease.request('two'))
    await pool.close()
    const plain = await connect(place, { framing: lines() })
    await plain.send('three')
    await plain.close()
    expect(owners.map((owner) => [client, pool, undefined].indexOf(owner as never))).toEqual([
      0, 1, 2,
    ])
  })

  it('that are dropped because the connection ends are published as well', async () => {
    const { connection, peer } = connectPeer({ framing: lines() })
    const seen = recordBytes((each) => isSame(each, connection))
    const closed = connection.close()
    await peer.send('unread')
    peer.end()
    await closed
    expect(seen).toEqual([['in', 'unread']])
  })
})
