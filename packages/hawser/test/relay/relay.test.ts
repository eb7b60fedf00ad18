import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'
import { lines, raw, relay } from 'hawser'
import { connectPair, ScriptedPeer } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../connection/support/largest-turn.js'
import { defer } from '../connection/support/turns.js'
import { portOf, readWays } from '../server/support/serving.js'
import { relayTo, upstream } from './support/relaying.js'

forbidStrayErrors()

describe.each(readWays)('a relay, %s', (_way, fastRead) => {
  it.each([1, 100, 20_000, 70_000])(
    'passes on every byte, both ways at once, in writes of %i bytes',
    async (size) => {
      const total = size < 100 ? 20_000 : 8_000_000
      const sent = randomBytes(total)
      const port = await upstream((socket) => void socket.pipe(socket))
      const { server, result } = await relayTo(port, { fastRead })
      const client = net.connect({ port: portOf(server), host: '127.0.0.1' })
      const hash = createHash('sha256')
      let heard = 0
      client.on('data', (bytes: Buffer) => {
        heard += bytes.length
        hash.update(bytes)
      })
      for (let at = 0; at < total; at += size) {
        if (!client.write(sent.subarray(at, at + size))) {
          await new Promise((resolve) => client.once('drain', resolve))
        }
      }
      client.end()
      await new Promise((resolve) => client.once('close', resolve))
      expect(heard).toBe(total)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'))
      expect(await result).toMatchObject({ aToB: total, bToA: total, endedBy: 'a' })
    },
  )

  it('passes the end of one direction on, and goes on with the other', async () => {
    const port = await upstream((socket) => {
      socket.resume()
      socket.on('end', () => socket.end('answer after your end'))
    })
    const { server, result } = await relayTo(port, { fastRead })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    await peer.send('question')
    peer.end()
    expect((await peer.receiveAll()).toString()).toBe('answer after your end')
    expect(await result).toMatchObject({
      aToB: 8,
      bToA: 21,
      endedBy: 'a',
      a: { reason: 'ended' },
      b: { reason: 'ended' },
    })
  })

  it('passes on the end of the upstream first, and what the client says behind it', async () => {
    const heard = defer<string>()
    const port = await upstream((socket) => {
      let text = ''
      socket.end('bye')
      socket.on('data', (bytes: Buffer) => (text += bytes.toString()))
      socket.on('close', () => heard.resolve(text))
    })
    const { server, result } = await relayTo(port, { fastRead })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    expect((await peer.receiveAll()).toString()).toBe('bye')
    await peer.send('late words')
    peer.end()
    expect(await result).toMatchObject({ aToB: 10, bToA: 3, endedBy: 'b' })
    expect(await heard.promise).toBe('late words')
  })

  it('passes a reset on as a reset', async () => {
    const port = await upstream((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.resetAndDestroy())
    })
    const { server, result } = await relayTo(port, { fastRead })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    await peer.send('x')
    await peer.receivesReset()
    expect(await result).toMatchObject({ endedBy: 'b', b: { by: 'remote', reason: 'reset' } })
  })

  it('passes a reset on that is found together with the last bytes, after the client has ended', async () => {
    const port = await upstream((socket) => {
      socket.on('error', () => undefined).resume()
      socket.on('end', () => {
        // Both in one turn, so that one read finds them.
        socket.write('half an answer')
        socket.resetAndDestroy()
      })
    })
    const { server, result } = await relayTo(port, { fastRead })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    await peer.send('question')
    peer.end()
    expect(await result).toMatchObject({
      bToA: 14,
      a: { by: 'local', reason: 'reset' },
      b: { by: 'remote', reason: 'reset' },
    })
    await peer.receivesReset()
  })

  it('resets both ends when its signal fires, and says so', async () => {
    const aborting = new AbortController()
    const port = await upstream((socket) => {
      socket.on('error', () => undefined)
      socket.write('hello')
    })
    const { server, result } = await relayTo(port, { fastRead, signal: aborting.signal })
    const peer = await ScriptedPeer.connect({ port: portOf(server) })
    await peer.receives('hello')
    aborting.abort(new Error('enough'))
    await peer.receivesReset()
    await expect(result).rejects.toMatchObject({ code: 'HAWSER_ABORTED' })
  })

  it('goes on where the upstream answers forty times what it reads, and reads as its answers drain', async () => {
    let pauses = 0
    const port = await upstream((socket) => {
      socket.on('data', (bytes: Buffer) => {
        let goesOn = true
        for (let copy = 0; copy < 40; copy += 1) goesOn = socket.write(bytes)
        if (goesOn) return
        pauses += 1
        socket.pause().once('drain', () => socket.resume())
      })
      socket.on('end', () => socket.end())
    })
    const { server, result } = await relayTo(port, { fastRead })
    const client = net.connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true })
    let heard = 0
    client.on('data', (bytes: Buffer) => (heard += bytes.length))
    const size = 1_000_000
    client.end(Buffer.alloc(size))
    await new Promise((resolve) => client.once('close', resolve))
    expect(heard).toBe(40 * size)
    expect(pauses).toBeGreaterThan(1)
    expect(await result).toMatchObject({ aToB: size, bToA: 40 * size, a: { reason: 'ended' } })
  })

  it('does not read what a peer that stands still would have to take', async () => {
    let deaf: net.Socket | undefined
    const port = await upstream((socket) => {
      deaf = socket.pause().on('error', () => undefined)
    })
    const { server, ends } = await relayTo(port, { fastRead })
    const client = net.connect({ port: portOf(server), host: '127.0.0.1' })
    client.on('error', () => undefined)
    const chunk = Buffer.alloc(64 * 1024)
    let isFull = false
    const { inner, outer } = await ends
    for (let still = 0, before = -1; still < 100;) {
      if (!isFull) isFull = !client.write(chunk)
      await new Promise(setImmediate)
      if (client.writableLength === 0) isFull = false
      still = inner.bytesRead === before ? still + 1 : 0
      before = inner.bytesRead
    }
    expect(outer.unsent).toBeGreaterThan(0)
    // The mark, and what one turn may bring on top of it.
    expect(outer.unsent).toBeLessThanOrEqual(128 * 1024 + 256 * 1024)
    client.destroy()
    deaf?.destroy()
    inner.reset()
    outer.reset()
  })
})

describe('a relay of connections with framings of their own', () => {
  it('begins behind the last message that was delivered', async () => {
    const [near, inner] = connectPair({ framing: lines() })
    const [outer, far] = connectPair({ framing: raw() })
    void near.send('CONNECT upstream')
    void near.send('first line')
    void near.send('second line')
    for await (const line of inner) {
      expect(line).toBe('CONNECT upstream')
      break
    }
    const result = relay(inner, outer)
    void near.end()
    let heard = ''
    for await (const bytes of far) heard += Buffer.from(bytes).toString()
    await far.close()
    await near.closed
    expect(heard).toBe('first line\nsecond line\n')
    expect(await result).toMatchObject({ aToB: 23, endedBy: 'a' })
  })

  it('passes on what comes to an inbox that is smaller than a piece of a relay', async () => {
    const settings = { framing: raw({ maxFrame: 64 }), inbox: 64 }
    const [client, a] = connectPair(settings)
    const [b, server] = connectPair(settings)
    const result = relay(a, b)
    await client.send('x'.repeat(1_000))
    void client.end()
    let heard = ''
    for await (const bytes of server) heard += Buffer.from(bytes).toString()
    expect(heard).toBe('x'.repeat(1_000))
    expect(await result).toMatchObject({ aToB: 1_000, endedBy: 'a' })
  })

  it('keeps a small piece that is not taken at once while others are passed on', async () => {
    const join = (capacity: number) => {
      const [client, a] = connectPair()
      const [b, server] = connectPair({ line: { capacity } })
      void relay(a, b)
      return { client, b, server }
    }
    const slow = join(8)
    const fast = join(1_000)
    await slow.client.send('a'.repeat(100))
    await until(() => slow.b.unsent > 0)
    for (let piece = 0; piece < 3; piece += 1) {
      await fast.client.send('b'.repeat(100))
      expect(Buffer.from(await fast.server.receive()).toString()).toBe('b'.repeat(100))
    }
    void slow.client.end()
    let heard = ''
    for await (const bytes of slow.server) heard += Buffer.from(bytes).toString()
    expect(heard).toBe('a'.repeat(100))
    fast.client.reset()
    await Promise.all([slow.b.closed, fast.b.closed])
  })

  it('refuses one whose messages are consumed already, and leaves the other as it was', async () => {
    const [, inner] = connectPair({ framing: lines() })
    const [, outer] = connectPair({ framing: lines() })
    const loop = outer[Symbol.asyncIterator]()
    await expect(relay(inner, outer)).rejects.toMatchObject({ code: 'HAWSER_ALREADY_CONSUMED' })
    const other = inner[Symbol.asyncIterator]()
    await other.return?.()
    await loop.return?.()
    inner.reset()
    outer.reset()
  })
})

it('a relay never stops the answers that an upstream has to get rid of before it reads on', async () => {
  // Lines that hold little, so that all that waits does so in the connections.
  const settings = { framing: raw(), line: { capacity: 10_000 }, highWaterMark: 16 * 1024 }
  const [x, a] = connectPair(settings)
  const [b, y] = connectPair(settings)
  const result = relay(a, b)
  const answering = (async () => {
    for await (const bytes of y) {
      for (let copy = 0; copy < 40; copy += 1) await y.send(bytes)
    }
  })()
  const piece = new Uint8Array(10_000)
  const sending = (async () => {
    for (let sent = 0; sent < 20; sent += 1) await x.send(piece)
    await x.end()
  })()
  let heard = 0
  for await (const bytes of x) heard += bytes.length
  await Promise.all([answering, sending])
  expect(heard).toBe(40 * 20 * piece.length)
  expect(await result).toMatchObject({ a: { reason: 'ended' }, b: { reason: 'ended' } })
})
