import { spawn } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import dns from 'node:dns'
import net from 'node:net'
import { connect, type ConnectError, type ConnectOptions, type HawserError, lines } from 'hawser'
import { ScriptedPeer, VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { make, portOf, readWays, rejection, serve } from '../server/support/serving.js'

forbidStrayErrors()

/** An endpoint that answers nothing: its queue of connections is full, and nobody accepts. */
async function listenDeaf(): Promise<string> {
  const script = `
    const server = require('node:net').createServer()
    server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
      process.exit()
    })
  `
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(child.stdout, 'data')
  const fillers: net.Socket[] = []
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy()
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  // The queue takes one more than it was made for (listen(2)).
  for (let each = 0; each < 2; each += 1) {
    const filler = net.connect(Number(port), '127.0.0.1')
    filler.on('error', () => {})
    fillers.push(filler)
    await once(filler, 'connect')
  }
  return `127.0.0.1:${Number(port)}`
}

/** A port of 127.0.0.1 on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = await serve()
  const port = portOf(server)
  await server.close()
  return port
}

/** Lets every name have these addresses, until the test ends. */
function resolveTo(addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }))
  type Callback = (error: null, address: unknown, family?: number) => void
  const lookup = (_name: string, options: dns.LookupOptions, callback: Callback): void => {
    const fitting = found.filter(({ family }) => !options.family || options.family === family)
    setImmediate(() => {
      if (options.all === true) callback(null, fitting)
      else callback(null, fitting[0]?.address, fitting[0]?.family)
    })
  }
  const mocked = vi.spyOn(dns, 'lookup').mockImplementation(lookup as never)
  onTestFinished(() => mocked.mockRestore())
}

describe.each(readWays)('connecting, %s', (_name, fastRead) => {
  it('gives a connection, as a server has it', async () => {
    const server = await serve({ framing: lines(), fastRead }, async (connection) => {
      for await (const line of connection) await connection.send(line.toUpperCase())
    })
    const client = await connect(server.address(), { framing: lines(), fastRead })
    expect(client).toMatchObject({
      localAddress: '127.0.0.1',
      localFamily: 'IPv4',
      remoteAddress: '127.0.0.1',
      remotePort: portOf(server),
      remoteFamily: 'IPv4',
      phase: 'open',
    })
    await client.send('hello')
    for await (const line of client) {
      expect(line).toBe('HELLO')
      break
    }
    expect(await client.close()).toMatchObject({ by: 'local', reason: 'ended' })
  })

  it('works over a Unix socket', async () => {
    const path = `${createFolder()}/app.sock`
    await make({ framing: lines() }, (connection) => void connection.send('hello')).listen(
      `unix:${path}`,
    )
    const client = await connect(`unix:${path}`, { framing: lines(), fastRead })
    for await (const line of client) expect(line).toBe('hello')
    expect(client).toMatchObject({
      remoteAddress: path,
      remoteFamily: 'unix',
      localFamily: 'unix',
    })
    await client.close()
  })

  it('loses nothing that comes at once', async () => {
    const listener = await ScriptedPeer.listen()
    const connecting = connect(listener.address, { framing: lines(), fastRead })
    const peer = await listener.accept()
    await peer.send('first\n')
    peer.end()
    const client = await connecting
    const got: string[] = []
    for await (const line of client) got.push(line)
    expect(got).toEqual(['first'])
    await client.close()
    await listener.close()
  })

  it('hands messages to a handler object', async () => {
    const listener = await ScriptedPeer.listen()
    const got: string[] = []
    const close = vi.fn<() => void>()
    const handler = { message: (_: unknown, line: string) => void got.push(line), close }
    const client = await connect(listener.address, { framing: lines(), fastRead, handler })
    const peer = await listener.accept()
    await peer.send('one\ntwo\n')
    peer.end()
    expect(await client.closed).toMatchObject({ reason: 'ended' })
    expect(got).toEqual(['one', 'two'])
    expect(close).toHaveBeenCalledOnce()
    await listener.close()
  })
})

describe('a connection that cannot be made', () => {
  it('is refused where nobody listens', async () => {
    const port = await closedPort()
    const error = await rejection(connect(`127.0.0.1:${port}`))
    expect(error).toMatchObject({
      name: 'ConnectError',
      code: 'HAWSER_CONNECT_REFUSED',
      op: 'connect',
      remote: { address: '127.0.0.1', port },
      cause: { code: 'ECONNREFUSED' },
    })
    expect(error).toHaveProperty(
      'message',
      `cannot connect to tcp://127.0.0.1:${port}: nothing listens there: start the server, or ` +
        'check the host and the port',
    )
  })

  it('is refused at each of a name its addresses', async () => {
    const port = await closedPort()
    const error = await rejection(connect(`localhost:${port}`))
    expect(error).toMatchObject({ code: 'HAWSER_CONNECT_REFUSED' })
  })

  it.each<[string, string, ConnectOptions<Uint8Array, Uint8Array>, string, RegExp]>([
    ['a name that does not exist', 'no-such-host.invalid:1', {}, 'HAWSER_DNS_FAILED', /resolve/],
    ['no name at all', `${'a'.repeat(300)}:1`, {}, 'HAWSER_DNS_FAILED', /does not resolve/],
    ['no such socket', 'unix:/no/such.sock', {}, 'HAWSER_CONNECT_REFUSED', /no such Unix socket/],
    ['a file', 'unix:./package.json', {}, 'HAWSER_CONNECT_REFUSED', /nothing listens/],
    [
      'a local address of somebody else',
      '127.0.0.1:1',
      { localAddress: '192.0.2.1' },
      'HAWSER_CONNECT_FAILED',
      /local address does not belong to this machine/,
    ],
    [
      'a local address of the other family',
      '127.0.0.1:1',
      { localAddress: '::1' },
      'HAWSER_CONNECT_FAILED',
      /cannot connect to/,
    ],
  ])('says why: %s', async (_name, endpoint, options, code, message) => {
    const error = await rejection(connect(endpoint, options))
    expect(error).toMatchObject({ name: 'ConnectError', code, op: 'connect' })
    expect(error).toHaveProperty('message', expect.stringMatching(message))
  })

  it.each<[string, object]>([
    ['localAddress', { localAddress: 'localhost' }],
    ['localPort', { localPort: 65_536 }],
    ['family', { family: 5 }],
    ['family', { family: 6 }],
    ['localAddress', { family: 4, localAddress: '::1' }],
    ['connectTimeout', { connectTimeout: 0 }],
    ['keepAlive', { keepAlive: -1 }],
    ['handler', { handler: () => undefined }],
  ])('for an option that cannot work names it: %s in %j', async (name, options) => {
    const error = await rejection(connect('127.0.0.1:1', options))
    expect(error).toMatchObject({ name: 'OptionError', code: 'HAWSER_INVALID_OPTION' })
    expect(error).toHaveProperty('message', expect.stringContaining(name))
  })
})

describe('the deadline of connecting', () => {
  it('ends an attempt that nobody answers, and leaves nothing', async () => {
    const endpoint = await listenDeaf()
    const clock = new VirtualClock()
    const error = rejection(connect(endpoint, { clock, connectTimeout: 3_000 }))
    await clock.advance(2_999)
    expect(clock.pending).toBe(1)
    await clock.advance(1)
    expect(await error).toMatchObject({ name: 'ConnectError', code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(await error).toHaveProperty('message', expect.stringMatching(/after 3000 ms/))
    expect(clock.pending).toBe(0)
  })

  it('is ten seconds, and counts the resolution of the name', async () => {
    const clock = new VirtualClock()
    const error = rejection(connect('no-such-host.invalid:1', { clock }))
    clock.advanceSync(10_000)
    expect(await error).toMatchObject({ code: 'HAWSER_CONNECT_TIMEOUT' })
    expect(await error).toHaveProperty('message', expect.stringMatching(/after 10000 ms/))
  })

  it('is over once the connection is there, and leaves no timer', async () => {
    const server = await serve({}, { message: () => undefined })
    const clock = new VirtualClock()
    const client = await connect(server.address(), { clock, connectTimeout: 1_000 })
    expect(clock.pending).toBe(0)
    await clock.advance(100_000)
    expect(client.phase).toBe('open')
    client.reset()
    await client.closed
  })

  it('may be off', async () => {
    const server = await serve({}, { message: () => undefined })
    const client = await connect(server.address(), { connectTimeout: Infinity })
    client.reset()
    await client.closed
  })
})

describe('a signal', () => {
  const reason = new Error('not wanted any more')

  it('that has fired keeps it from connecting', async () => {
    const server = await serve()
    const signal = AbortSignal.abort(reason)
    expect(await rejection(connect(server.address(), { signal }))).toMatchObject({
      name: 'AbortedError',
      code: 'HAWSER_ABORTED',
      op: 'connect',
      cause: reason,
    })
    expect(server.info().accepted).toBe(0)
  })

  it.each([
    ['while the name is resolved', () => Promise.resolve('no-such-host.invalid:1')],
    ['while nobody answers', listenDeaf],
    ['while the peer accepts', async () => `127.0.0.1:${portOf(await serve())}`],
  ])('%s ends it', async (_name, find) => {
    const endpoint = await find()
    const clock = new VirtualClock()
    const abort = new AbortController()
    const error = rejection(connect(endpoint, { clock, signal: abort.signal }))
    abort.abort(reason)
    expect(await error).toMatchObject({ code: 'HAWSER_ABORTED', cause: reason })
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('does nothing to a connection that is there', async () => {
    const server = await serve({}, { message: () => undefined })
    const abort = new AbortController()
    const client = await connect(server.address(), { signal: abort.signal })
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    abort.abort()
    expect(client.phase).toBe('open')
    client.reset()
    await client.closed
  })
})

describe('where a connection comes from', () => {
  it('is the local address and port that were asked for', async () => {
    const localPort = await closedPort()
    const server = await serve({ framing: lines() }, (connection) =>
      connection.send(`${connection.remoteAddress}:${connection.remotePort}`),
    )
    const options = { framing: lines(), localAddress: '127.0.0.9', localPort }
    const client = await connect(server.address(), options)
    expect(client).toMatchObject({ localAddress: '127.0.0.9', localPort })
    for await (const line of client) expect(line).toBe(`127.0.0.9:${localPort}`)
    client.reset()
    await client.closed
  })

  it.each<[string, ConnectOptions<Uint8Array, Uint8Array>, string]>([
    ['IPv4 where that is asked for', { family: 4 }, '127.0.0.1'],
    ['IPv6 where that is asked for', { family: 6 }, '::1'],
    ['IPv4 where the local address is', { localAddress: '127.0.0.9' }, '127.0.0.1'],
    ['IPv6 where the local address is', { localAddress: '::1' }, '::1'],
  ])('is %s, and the name has both', async (_name, options, remoteAddress) => {
    const server = make({}, { message: () => undefined })
    await server.listen(0)
    resolveTo(['::1', '127.0.0.1'])
    const client = await connect(`host.example:${portOf(server)}`, options)
    expect(client.remoteAddress).toBe(remoteAddress)
    client.reset()
    await client.closed
  })

  it.each(['127.0.0.1', '::1'])('is whichever family answers: %s', async (host) => {
    const server = make({}, { message: () => undefined })
    await server.listen({ host, port: 0 })
    resolveTo(['::1', '127.0.0.1'])
    const client = await connect({ port: portOf(server) })
    expect(client.remoteAddress).toBe(host)
    client.reset()
    await client.closed
  })
})

describe('a name of which no address answers', () => {
  it('is refused where one of them refuses, whatever becomes of the others', async () => {
    const port = await closedPort()
    // A broadcast address: TCP cannot reach it, and nothing is sent.
    resolveTo(['255.255.255.255', '127.0.0.1'])
    const error = await rejection(connect(`host.example:${port}`))
    expect(error).toMatchObject({ code: 'HAWSER_CONNECT_REFUSED' })
  })

  it('has 64 of them tried, however many the resolver finds', async () => {
    const port = await closedPort()
    resolveTo(
      Array.from({ length: 1_000 }, (_, index) => `127.0.${index >> 8}.${index & 255 || 1}`),
    )
    const error = await rejection(connect(`host.example:${port}`))
    expect((error as ConnectError).attempts).toHaveLength(64)
  })

  it('has 64 tried of each endpoint, where there are several', async () => {
    const port = await closedPort()
    resolveTo(Array.from({ length: 200 }, (_, index) => `127.0.0.${index + 1}`))
    const endpoints = ['one', 'two', 'three'].map((name) => `${name}.example:${port}`)
    const error = await rejection(connect(endpoints))
    expect((error as ConnectError).attempts).toHaveLength(3 * 64)
  })

  it('is called localhost where none was given', async () => {
    const port = await closedPort()
    const error = await rejection(connect(port))
    expect(error).toHaveProperty('message', expect.stringContaining(`tcp://localhost:${port}:`))
  })
})

describe('an exception out of the handler of a client', () => {
  it.each<[string, (error: HawserError) => unknown]>([
    ['reaches onError', () => undefined],
    [
      'reaches onError, which may throw too',
      () => {
        throw new Error('a bug in onError')
      },
    ],
    ['reaches onError, which may reject too', () => Promise.reject(new Error('a bug in onError'))],
  ])('%s', async (name, tell) => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    onTestFinished(() => warned.mockRestore())
    const told: HawserError[] = []
    const onError = (error: HawserError): unknown => {
      told.push(error)
      return tell(error)
    }
    const server = await serve({ framing: lines() }, (connection) => connection.send('hello'))
    const client = await connect(server.address(), {
      framing: lines(),
      onError,
      handler: {
        message: () => {
          throw new Error('a bug')
        },
      },
    })
    expect(await client.closed).toMatchObject({ by: 'error', reason: 'handler-failed' })
    expect(told).toMatchObject([{ code: 'HAWSER_HANDLER_FAILED' }])
    expect(warned).toHaveBeenCalledTimes(name.includes('too') ? 1 : 0)
  })
})
