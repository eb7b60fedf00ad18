import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { connect, createServer, lines, type Refusal, type Server } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, portOf, rejection } from '../server/support/serving.js'
import { identities } from './support/identities.js'
import { dialRaw, gone, recordHello } from './support/raw.js'
import { serveTls } from './support/serving.js'

/** Fulfils with the refusal number `count` from now. */
function refusals(server: Server<string, string>, count: number): Promise<Refusal[]> {
  const seen: Refusal[] = []
  return new Promise((resolve) => {
    server.on('drop', (refusal) => {
      seen.push(refusal)
      if (seen.length === count) resolve(seen)
    })
  })
}

/** Whoever came to the port before this is accepted when it is over: the queue is one for all. */
async function passQueue(port: number): Promise<void> {
  const { ca } = await identities
  const client = await connect(`tls://127.0.0.1:${port}`, { tls: { ca } })
  await client.close()
}

/** A client that has got the first answer to its hello, and says nothing more. */
async function dialHalf(port: number): Promise<net.Socket> {
  const socket = await dialRaw(port)
  socket.write(await recordHello())
  await once(socket, 'data')
  return socket
}

/** Passes on to a port what comes in, a byte at a time, and the answers as they are. */
async function trickle(near: net.Socket, port: number): Promise<void> {
  const far = net.connect({ port, host: '127.0.0.1', noDelay: true })
  onTestFinished(() => void far.destroy())
  near.on('error', () => {})
  far.on('error', () => {})
  far.pipe(near)
  for await (const chunk of near as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      await new Promise((resolve) => {
        far.write(Buffer.of(byte), resolve)
      })
    }
  }
  far.end()
}

describe('what comes to a TLS port and is no TLS', () => {
  it.each([
    ['garbage', Buffer.from('\0\x01garbage that means nothing at all')],
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['text', Buffer.from('ahoy\n')],
    ['a record that is too long', Buffer.from([22, 3, 1, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8])],
    ['SSL 2', Buffer.from('802e010002001500000010010080', 'hex')],
  ])('%s is refused by name, and the port goes on', async (_what, bytes) => {
    const { port, refusal, server } = await serveTls()
    const socket = await dialRaw(port)
    socket.write(bytes)
    // Some of these are taken for the beginning of a hello.
    socket.end()
    expect(await refusal).toMatchObject({
      reason: 'tls-handshake-failed',
      remoteAddress: '127.0.0.1',
      remotePort: socket.localPort,
      error: { code: 'HAWSER_TLS_HANDSHAKE_FAILED' },
    })
    await gone(socket)
    const { ca } = await identities
    const client = await connect(`tls://localhost:${port}`, { tls: { ca }, framing: lines() })
    await client.send('ahoy')
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('AHOY')
    await client.close()
    expect(server.info().refused['tls-handshake-failed']).toBe(1)
  })

  it('a client that ends before its hello is no refusal: it may be a probe', async () => {
    const { port, server } = await serveTls()
    const probe = await dialRaw(port)
    probe.end()
    await gone(probe)
    expect(server.info()).toMatchObject({ accepted: 0, connections: 0, vanished: 1 })
    expect(server.info().refused['tls-handshake-failed']).toBe(0)
  })

  it.each(['end', 'resetAndDestroy'] as const)(
    'a client that goes in the middle of its hello (%s) is refused',
    async (how) => {
      const { port, refusal } = await serveTls()
      const hello = await recordHello()
      const socket = await dialRaw(port)
      socket.write(hello.subarray(0, 100))
      await new Promise((resolve) => setTimeout(resolve, 0))
      socket[how]()
      expect((await refusal).error?.message).toBe(
        'the TLS handshake failed: the peer closed the connection in the middle of it',
      )
    },
  )

  it.each(['end', 'resetAndDestroy'] as const)(
    'a client that goes after the answer to its hello (%s) is refused',
    async (how) => {
      const { port, refusal } = await serveTls()
      const socket = await dialRaw(port)
      socket.write(await recordHello())
      await once(socket, 'data')
      socket[how]()
      expect((await refusal).error?.message).toBe(
        'the TLS handshake failed: the peer closed the connection in the middle of it',
      )
    },
  )
})

describe('a TLS hello at a plain port', () => {
  it('reaches the application as bytes, and the client learns that it is no TLS', async () => {
    const server = createServer({}, async (connection) => {
      for await (const chunk of connection) {
        expect(chunk[0]).toBe(22)
        await connection.send('220 speak plainly\r\n')
      }
    })
    closeAtEnd(server)
    await server.listen('tcp://127.0.0.1:0')
    expect(await rejection(connect(`tls://127.0.0.1:${portOf(server)}`))).toMatchObject({
      code: 'HAWSER_TLS_HANDSHAKE_FAILED',
      message:
        'the TLS handshake failed: what came was no TLS: the other side may speak plain text',
    })
  })

  it('a port that is tcp:// beside a tls:// one is plain', async () => {
    const { ca, site } = await identities
    const server = createServer<string, string>({ framing: lines(), tls: site }, async (client) => {
      for await (const line of client)
        await client.send(`${line} ${client.tls?.protocol ?? 'plain'}`)
    })
    closeAtEnd(server)
    await server.listen(['tcp://127.0.0.1:0', 'tls://127.0.0.1:0', '127.0.0.1:0'])
    const answers: unknown[] = []
    for (const [index, address] of server.addresses().entries()) {
      const scheme = index === 0 ? 'tcp' : 'tls'
      const { port } = address as net.AddressInfo
      const client = await connect(`${scheme}://127.0.0.1:${port}`, {
        framing: lines(),
        tls: { ca },
      })
      await client.send('ahoy')
      answers.push((await client[Symbol.asyncIterator]().next()).value)
      await client.close()
    }
    expect(answers).toEqual(['ahoy plain', 'ahoy TLSv1.3', 'ahoy TLSv1.3'])
  })
})

describe('a handshake that takes its time', () => {
  it.each([0, 100])('stalled after %i bytes, it is ended when its time is up', async (size) => {
    const clock = new VirtualClock()
    const { port, refusal, server } = await serveTls({}, { clock })
    const socket = await dialRaw(port)
    if (size > 0) socket.write((await recordHello()).subarray(0, size))
    await passQueue(port)
    await clock.advance(4_999)
    expect(server.info().refused['tls-handshake-timeout']).toBe(0)
    expect(server.info()).toMatchObject({ connections: 0, opening: 1 })
    await clock.advance(1)
    expect(await refusal).toMatchObject({
      reason: 'tls-handshake-timeout',
      limit: 5_000,
      error: {
        code: 'HAWSER_TLS_HANDSHAKE_TIMEOUT',
        message:
          'the TLS handshake was not done after 5000 ms: the peer stalls, or does not speak TLS (tls.handshakeTimeout)',
      },
    })
    await gone(socket)
    expect(server.info()).toMatchObject({ connections: 0, opening: 0 })
    expect(clock.pending).toBe(0)
  })

  it('progress does not extend it: a byte now and then is a stall', async () => {
    const clock = new VirtualClock()
    const { port, refusal } = await serveTls({ handshakeTimeout: 1_000 }, { clock })
    const hello = await recordHello()
    const socket = await dialRaw(port)
    await passQueue(port)
    for (let at = 0; at < 10; at += 1) {
      socket.write(hello.subarray(at, at + 1))
      await clock.advance(100)
    }
    expect(await refusal).toMatchObject({ reason: 'tls-handshake-timeout', limit: 1_000 })
    await gone(socket)
  })

  it('a hello that comes a byte at a time is understood', async () => {
    const { ca } = await identities
    const { port } = await serveTls()
    const relay = net.createServer((near) => void trickle(near, port))
    onTestFinished(() => void relay.close())
    relay.listen(0, '127.0.0.1')
    await once(relay, 'listening')
    const through = (relay.address() as net.AddressInfo).port
    const client = await connect(`tls://localhost:${through}`, {
      framing: lines(),
      tls: { ca },
      family: 4,
    })
    await client.send('ahoy')
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('AHOY')
    await client.close()
  })

  it('a client gives up on a server that accepts and says nothing', async () => {
    const silent = net.createServer((socket) => onTestFinished(() => void socket.destroy()))
    onTestFinished(() => void silent.close())
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as net.AddressInfo
    const clock = new VirtualClock()
    const opened = rejection(connect(`tls://127.0.0.1:${port}`, { clock, connectTimeout: 10_000 }))
    const [socket] = (await once(silent, 'connection')) as [net.Socket]
    await once(socket, 'data')
    await clock.advance(10_000)
    expect(await opened).toMatchObject({
      code: expect.stringMatching(/^HAWSER_(?:CONNECT|TLS_HANDSHAKE)_TIMEOUT$/) as string,
    })
    expect(clock.pending).toBe(0)
  })
})

it('a name that was never meant to be one is told of, and puts no words into our mouth', async () => {
  const { aExample } = await identities
  const sni = { 'a.example': aExample }
  const { port, refusal } = await serveTls({ key: undefined, cert: undefined, sni })
  const servername = 'x\nALERT_UNKNOWN_CA'
  const client = tls.connect({ port, host: '127.0.0.1', servername })
  client.on('error', () => {})
  const { error } = await refusal
  expect(error?.message).toBe(
    'the TLS handshake failed: the server has no certificate for that name',
  )
  expect(error?.cause).toMatchObject({ message: 'unrecognized name', servername })
  client.destroy()
})

describe('a handshake under way', () => {
  it('counts against maxConnections', async () => {
    const { port, server } = await serveTls({}, { maxConnections: 2 })
    const refused = refusals(server, 1)
    await dialHalf(port)
    await dialHalf(port)
    const third = await dialRaw(port)
    expect(await refused).toMatchObject([{ reason: 'limit', connections: 2, limit: 2 }])
    await gone(third)
  })

  it('counts against maxPerAddress, and no more when it is over', async () => {
    const { ca } = await identities
    const { port, server } = await serveTls({}, { maxPerAddress: 1 })
    const first = await dialHalf(port)
    const refused = refusals(server, 1)
    const second = await dialRaw(port)
    expect(await refused).toMatchObject([{ reason: 'per-address' }])
    await gone(second)
    const failed = refusals(server, 1)
    first.end()
    expect(await failed).toMatchObject([{ reason: 'tls-handshake-failed' }])
    const client = await connect(`tls://127.0.0.1:${port}`, { framing: lines(), tls: { ca } })
    await client.send('ahoy')
    expect((await client[Symbol.asyncIterator]().next()).value).toBe('AHOY')
    expect(server.info()).toMatchObject({ connections: 1 })
    await client.close()
  })

  it('is ended at once by drain, and refused as draining', async () => {
    const { port, server } = await serveTls()
    const refused = refusals(server, 2)
    const [first, second] = [await dialRaw(port), await dialHalf(port)]
    expect(await server.close({ drain: 60_000 })).toEqual({ drained: 0, forced: 0 })
    expect(await refused).toMatchObject([{ reason: 'draining' }, { reason: 'draining' }])
    await Promise.all([gone(first), gone(second)])
  })
})
