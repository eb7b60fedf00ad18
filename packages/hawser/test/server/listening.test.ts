import { once } from 'node:events'
import { connect, createServer, lines, Server } from 'hawser'
import { ScriptedPeer } from 'hawser/testing'
import { describe, expect, it, vi } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { closeAtEnd, loopback, make, portOf, rejection, serve } from './support/serving.js'

forbidStrayErrors()

describe('a server', () => {
  it('is made with options and a function, and talks', async () => {
    const server = createServer({ framing: lines() }, async (connection) => {
      for await (const line of connection) await connection.send(line.toUpperCase())
    })
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('hello\n')
    await peer.receives('HELLO\n')
  })

  it('is made with a function alone, which gets bytes', async () => {
    const server = createServer(async (connection) => {
      for await (const chunk of connection) await connection.send(chunk)
    })
    closeAtEnd(server)
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    await peer.send('raw')
    await peer.receives('raw')
  })

  it('is made with new and nothing at all', async () => {
    const server = new Server()
    closeAtEnd(server)
    const connected = once(server, 'connection')
    await server.listen(loopback)
    await using peer = await ScriptedPeer.connect(server.address())
    const [connection] = await connected
    connection.send('hello')
    await peer.receives('hello')
  })

  it('takes no handler of a wrong kind', () => {
    expect(() => createServer({}, 'echo' as never)).toThrow(
      /^handler is "echo": it takes a function/,
    )
  })

  it.each([
    ['maxConnections', { maxConnections: -1 }],
    ['maxConnections', { maxConnections: Number.NaN }],
    ['maxWaiting', { maxWaiting: -1 }],
    ['memory', { memory: 0 }],
    ['backlog', { backlog: 0 }],
    ['backlog', { backlog: 1.5 }],
    ['keepAlive', { keepAlive: 0 }],
    ['goodbye', { framing: lines(), goodbye: 'two\nlines' }],
  ])('says which option cannot work: %s', (name, options) => {
    expect(() => createServer(options as object)).toThrow(new RegExp(name))
    expect(() => createServer(options as object)).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })
})

describe('that it listens', () => {
  it('is told by promise, by event and by callback, the event first', async () => {
    const server = make()
    const told: unknown[] = []
    server.on('listening', (address) => told.push(['event', address]))
    const same = await server.listen(loopback, () => told.push('callback'))
    expect(same).toBe(server)
    expect(told).toEqual([['event', server.address()], 'callback'])
    expect(server.listening).toBe(true)
  })

  it('is told once for each of several endpoints', async () => {
    const server = make()
    const told: unknown[] = []
    server.on('listening', (address) => told.push(address))
    await server.listen(['127.0.0.1:0', '127.0.0.1:0'])
    await server.listen('127.0.0.1:0')
    expect(told).toHaveLength(3)
    expect(told).toEqual(server.addresses())
    for (const address of server.addresses()) {
      const peer = await ScriptedPeer.connect(address)
      peer.reset()
    }
  })
})

describe('the address', () => {
  it('is null before listening and after closing', async () => {
    const server = make()
    expect(server.address()).toBeNull()
    await server.listen(loopback)
    await server.close()
    expect(server.address()).toBeNull()
    expect(server.addresses()).toEqual([])
    expect(server.listening).toBe(false)
  })

  it.each([
    ['127.0.0.1:0', { address: '127.0.0.1', family: 'IPv4' }],
    ['[::1]:0', { address: '::1', family: 'IPv6' }],
    [
      { port: 0, host: '::', ipv6Only: true },
      { address: '::', family: 'IPv6' },
    ],
    ['0.0.0.0:0', { address: '0.0.0.0', family: 'IPv4' }],
  ])('of %j has port, family and address', async (endpoint, expected) => {
    const server = make()
    await server.listen(endpoint)
    expect(server.address()).toEqual({ ...expected, port: expect.any(Number) })
    expect(portOf(server)).toBeGreaterThan(0)
  })

  it('of a Unix socket is its path', async () => {
    const path = `${createFolder()}/app.sock`
    const server = make()
    await server.listen(`unix:${path}`)
    expect(server.address()).toBe(path)
  })

  it('can be connected to as it is', async () => {
    const server = make({ framing: lines() }, (connection) => void connection.send('hello'))
    await server.listen(['127.0.0.2:0', `unix:${createFolder()}/app.sock`, '[::1]:0'])
    for (const address of server.addresses()) {
      const client = await connect(address, { framing: lines() })
      const { value } = await client[Symbol.asyncIterator]().next()
      expect(value).toBe('hello')
      await client.close()
    }
  })
})

describe('a port without a host', () => {
  it('is listened on for IPv4 and IPv6, and each peer keeps its address', async () => {
    const server = make({}, (connection) => void connection.send(String(connection.remoteAddress)))
    await server.listen('0')
    const port = portOf(server)
    await using four = await ScriptedPeer.connect(`127.0.0.1:${port}`)
    await four.receives('::ffff:127.0.0.1')
    await using six = await ScriptedPeer.connect(`[::1]:${port}`)
    await six.receives('::1')
  })

  it('under [::] is so too, for clients that connect with either', async () => {
    const server = make({ framing: lines() }, (connection) => {
      void connection.send(`${connection.remoteFamily} ${connection.remoteAddress}`)
    })
    await server.listen('tcp://[::]:0')
    expect(server.address()).toMatchObject({ address: '::', family: 'IPv6' })
    const seen: string[] = []
    for (const host of ['127.0.0.1', '[::1]']) {
      const client = await connect(`tcp://${host}:${portOf(server)}`, { framing: lines() })
      for await (const line of client) seen.push(line)
    }
    expect(seen).toEqual(['IPv6 ::ffff:127.0.0.1', 'IPv6 ::1'])
  })

  it('under [::] leaves the port to IPv4 when it is for IPv6 only', async () => {
    const six = make({ framing: lines() }, (connection) => void connection.send('six'))
    await six.listen({ port: 0, host: '::', ipv6Only: true })
    const four = make({ framing: lines() }, (connection) => void connection.send('four'))
    await four.listen({ port: portOf(six), host: '0.0.0.0' })
    const seen: string[] = []
    for (const host of ['127.0.0.1', '::1']) {
      const client = await connect({ port: portOf(six), host }, { framing: lines() })
      for await (const line of client) seen.push(line)
    }
    expect(seen).toEqual(['four', 'six'])
  })

  it('is for IPv6 only when that is asked for', async () => {
    const server = make()
    await server.listen({ port: 0, ipv6Only: true })
    const port = portOf(server)
    await using six = await ScriptedPeer.connect(`[::1]:${port}`)
    await expect(ScriptedPeer.connect(`127.0.0.1:${port}`)).rejects.toThrow('ECONNREFUSED')
    expect(six.unread).toBe(0)
  })
})

describe('an endpoint that cannot be listened on', () => {
  it('names itself and the remedy when its port is in use', async () => {
    const first = await serve()
    const port = portOf(first)
    const error = await rejection(make().listen(`127.0.0.1:${port}`))
    expect(error).toMatchObject({
      name: 'ListenError',
      code: 'HAWSER_ADDRESS_IN_USE',
      op: 'listen',
      local: { address: '127.0.0.1', port },
      cause: { code: 'EADDRINUSE' },
    })
    expect(error).toHaveProperty(
      'message',
      `cannot listen on tcp://127.0.0.1:${port}: something already listens there: ` +
        'stop it, or choose another endpoint (port 0 takes a free one)',
    )
  })

  it.each([
    [
      'an address of somebody else',
      '192.0.2.1:0',
      'HAWSER_ADDRESS_UNAVAILABLE',
      /does not belong to this machine: use one/,
    ],
    [
      'a name that does not exist',
      'no-such-host.invalid:0',
      'HAWSER_ADDRESS_UNAVAILABLE',
      /host name does not resolve/,
    ],
    [
      'a name that is none',
      `${'a'.repeat(300)}:0`,
      'HAWSER_ADDRESS_UNAVAILABLE',
      /host name does not resolve/,
    ],
    [
      'a folder that does not exist',
      'unix:/no/such/folder/app.sock',
      'HAWSER_LISTEN_FAILED',
      /folder .* does not exist: make it/,
    ],
    ['a folder that is none', 'unix:/dev/null/app.sock', 'HAWSER_LISTEN_FAILED', /no folder/],
    [
      'a path that something else has',
      'unix:/dev/null',
      'HAWSER_ADDRESS_IN_USE',
      /no socket has that path: remove it/,
    ],
    [
      'a descriptor that nobody passed on',
      'fd:1000',
      'HAWSER_LISTEN_FAILED',
      /takes a listening socket that this process inherited/,
    ],
  ])('names itself and the remedy: %s', async (_situation, endpoint, code, advice) => {
    const error = await rejection(make().listen(endpoint))
    expect(error).toMatchObject({ name: 'ListenError', code, op: 'listen' })
    expect(error).toHaveProperty('message', expect.stringMatching(advice))
    expect(error).toHaveProperty('message', expect.stringContaining(endpoint.replace(/:0$/, '')))
  })

  it('goes to an error listener where there is one, and nowhere else', async () => {
    const server = make()
    const onError = vi.fn<(error: Error) => void>()
    const callback = vi.fn<() => void>()
    server.on('error', onError)
    expect(await server.listen('192.0.2.1:0', callback)).toBe(server)
    expect(server.listening).toBe(false)
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ name: 'ListenError', code: 'HAWSER_ADDRESS_UNAVAILABLE' }),
    )
    expect(callback).not.toHaveBeenCalled()
  })

  it('rejects in spite of an error listener when the call itself is wrong', async () => {
    const server = make()
    const onError = vi.fn<() => void>()
    server.on('error', onError)
    expect(await rejection(server.listen('nowhere'))).toMatchObject({
      code: 'HAWSER_INVALID_ENDPOINT',
    })
    await server.close()
    expect(await rejection(server.listen(loopback))).toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
    expect(onError).not.toHaveBeenCalled()
  })

  it('may go without a look at the promise where the event is heard', async () => {
    const server = make()
    void server.listen('192.0.2.1:0')
    const [error] = await once(server, 'error')
    expect(error).toHaveProperty('code', 'HAWSER_ADDRESS_UNAVAILABLE')
  })

  it('may be followed by one that can', async () => {
    const server = make()
    await rejection(server.listen('192.0.2.1:0'))
    await server.listen(loopback)
    expect(server.addresses()).toHaveLength(1)
  })
})

describe('several endpoints of which one fails', () => {
  it('are not kept, and their paths are free again', async () => {
    const path = `${createFolder()}/app.sock`
    const server = make()
    const told = vi.fn<() => void>()
    server.on('listening', told)
    await server.listen(loopback)
    await rejection(server.listen([`unix:${path}`, '127.0.0.1:0', '192.0.2.1:0']))
    expect(server.addresses()).toHaveLength(1)
    expect(told).toHaveBeenCalledOnce()
    await expect(ScriptedPeer.connect(path)).rejects.toThrow('ENOENT')
  })
})

describe('a closed server', () => {
  it('does not listen again', async () => {
    const server = await serve()
    await server.close()
    await expect(server.listen(loopback)).rejects.toMatchObject({
      name: 'StateError',
      code: 'HAWSER_SERVER_CLOSED',
    })
    await expect(server.resume()).rejects.toMatchObject({ code: 'HAWSER_SERVER_CLOSED' })
  })

  it('that was closed while it began to listen keeps nothing, and nobody need care', async () => {
    const server = make()
    const onError = vi.fn<() => void>()
    const onListening = vi.fn<() => void>()
    server.on('error', onError).on('listening', onListening)
    const listening = server.listen(['127.0.0.1:0', `unix:${createFolder()}/app.sock`])
    const closed = await server.close()
    expect(closed).toEqual({ drained: 0, forced: 0 })
    expect(await rejection(listening)).toHaveProperty('code', 'HAWSER_SERVER_CLOSED')
    expect(server.addresses()).toEqual([])
    expect(onError).not.toHaveBeenCalled()
    expect(onListening).not.toHaveBeenCalled()
  })
})
