import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPair, ScriptedPeer, type ScriptedListener } from 'hawser/testing'
import { afterEach, describe, expect, it } from 'vitest'

interface Peers {
  /** The side that plays the client. */
  readonly client: ScriptedPeer
  readonly server: ScriptedPeer
}

const cleanups: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function joinSockets(options: { path?: string; deadline?: number } = {}): Promise<Peers> {
  const listener: ScriptedListener = await ScriptedPeer.listen(options)
  cleanups.push(() => listener.close())
  const { path: _path, ...own } = options
  const client = await ScriptedPeer.connect(listener.address, own)
  cleanups.push(() => client[Symbol.asyncDispose]())
  return { client, server: await listener.accept() }
}

async function joinMemory(options: { deadline?: number } = {}): Promise<Peers> {
  const [left, right] = createPair({ chunkSize: 701, capacity: 20_000 })
  return { client: ScriptedPeer.over(left, options), server: ScriptedPeer.over(right, options) }
}

async function joinUnix(options: { deadline?: number } = {}): Promise<Peers> {
  const folder = await mkdtemp(join(tmpdir(), 'hawser-peer-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  return joinSockets({ ...options, path: join(folder, 'socket') })
}

const kinds = { TCP: joinSockets, 'a Unix socket': joinUnix, memory: joinMemory }

it('a scripted peer finds a reset together with bytes, and takes it for no end', async () => {
  const listener = net.createServer()
  cleanups.push(async () => void listener.close())
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as net.AddressInfo
  const accepted = once(listener, 'connection') as Promise<[net.Socket]>
  await using peer = await ScriptedPeer.connect({ host: '127.0.0.1', port }, { reading: false })
  const [socket] = await accepted
  socket.write('half')
  socket.resetAndDestroy()
  await once(socket, 'close')
  peer.startReading()
  await peer.receivesReset()
})

describe.each(Object.entries(kinds))('a scripted peer over %s', (kind, join_) => {
  it('receives what the other sends, however it is cut', async () => {
    const { client, server } = await join_()
    await client.send('hel')
    await client.send(Buffer.from('lo wörld'))
    await server.receives('hello ')
    await server.receives(Buffer.from('wör'))
    expect(Buffer.from(await server.receive(2)).toString()).toBe('ld')
  })

  it('receives all up to the end, and both ends see the close', async () => {
    const { client, server } = await join_()
    await client.send('all of it')
    client.end()
    expect(Buffer.from(await server.receiveAll()).toString()).toBe('all of it')
    await server.send('answer')
    await client.receives('answer')
    server.end()
    await client.receivesEnd()
    expect(await client.closed).toEqual({ error: undefined })
    expect(await server.closed).toEqual({ error: undefined })
  })

  it('shows both sides where they differ', async () => {
    const { client, server } = await join_()
    await client.send('HELXO\n\0')
    await expect(server.receives('HELLO\n')).rejects.toThrow(
      /byte 3 differs\n  expected: 'HELLO\\n'\n  received: 'HELXO\\n/,
    )
  })

  it('says what came when the stream ends too early', async () => {
    const { client, server } = await join_()
    await client.send('hel')
    client.end()
    await expect(server.receives('hello')).rejects.toThrow(
      "expected 'hello', but only 'hel' came and the other side ended the stream",
    )
    await expect(server.receive(1)).rejects.toThrow('nothing came and the other side ended')
  })

  it('does not take bytes for an end', async () => {
    const { client, server } = await join_()
    await client.send('extra')
    client.end()
    await expect(server.receivesEnd()).rejects.toThrow(/expected the end, but .* bytes 'e/)
    await server.receives('extra')
    await server.receivesEnd()
  })

  it('stops and starts reading', async () => {
    const { client, server } = await join_()
    server.stopReading()
    await client.send('unread')
    await new Promise(setImmediate)
    expect(server.unread).toBe(0)
    server.startReading()
    await server.receives('unread')
  })

  it('stalls a sender while it does not read', async () => {
    const { client, server } = await join_()
    server.stopReading()
    let isSent = false
    const sent = client.send(Buffer.alloc(16 * 1024 * 1024, 'x')).then(() => {
      isSent = true
    })
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
    expect(isSent).toBe(false)
    server.startReading()
    await sent
    expect((await server.receive(16 * 1024 * 1024)).length).toBe(16 * 1024 * 1024)
  })

  it('ends an expectation at its deadline and says so', async () => {
    const { client, server } = await join_({ deadline: 400 })
    await client.send('par')
    await expect(server.receives('partial')).rejects.toThrow(
      "expected 'partial', but only 'par' came and the stream is open (waited 400 ms)",
    )
    await expect(server.receivesEnd()).rejects.toThrow('nothing came and the stream is open')
    await client.send('tial')
    await server.receives('tial')
  })

  it('resets, which the other side sees as a reset where there is such a thing', async () => {
    const { client, server } = await join_()
    client.reset()
    if (kind === 'a Unix socket') {
      await server.receivesEnd()
      server.close()
    } else {
      await server.receivesReset()
      expect((await server.closed).error).toMatchObject({ code: 'ECONNRESET' })
    }
    expect(await client.closed).toEqual({ error: undefined })
    await expect(client.send('x')).rejects.toThrow()
  })

  it('tells an orderly end from a reset', async () => {
    const { client, server } = await join_()
    client.end()
    server.end()
    await expect(server.receivesReset()).rejects.toThrow(
      'expected a reset, but nothing came and the other side ended the stream',
    )
  })

  it('refuses a second expectation while one is under way', async () => {
    const { client, server } = await join_()
    const first = server.receives('a')
    await expect(server.receives('b')).rejects.toThrow('is under way')
    await client.send('a')
    await first
  })
})

describe('ScriptedPeer', () => {
  it('rejects when nothing listens', async () => {
    const listener = await ScriptedPeer.listen()
    await listener.close()
    await expect(ScriptedPeer.connect(listener.address)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  it('accepts clients in their order, those that came first and those that come later', async () => {
    await using listener = await ScriptedPeer.listen()
    await using early = await ScriptedPeer.connect({ port: listener.port })
    await early.send('already there')
    const first = await listener.accept()
    await first.receives('already there')
    const next = listener.accept()
    await using later = await ScriptedPeer.connect(listener.port)
    await later.send('later')
    await (await next).receives('later')
  })

  it('accepts nobody when nobody comes, and says so at the deadline', async () => {
    await using listener = await ScriptedPeer.listen({ deadline: 20 })
    await expect(listener.accept()).rejects.toThrow(`no client came to ${listener.address}`)
    await using client = await ScriptedPeer.connect(listener.address)
    await client.send('x')
    await (await listener.accept()).receives('x')
  })

  it('connects over IPv6 and by the address that a server tells', async () => {
    await using listener = await ScriptedPeer.listen({ host: '::1' })
    expect(listener.address).toBe(`tcp://[::1]:${listener.port}`)
    await using client = await ScriptedPeer.connect(listener.address)
    await using other = await ScriptedPeer.connect({ address: '::1', port: listener.port })
    await Promise.all([client.send('x'), other.send('y')])
    await (await listener.accept()).receives('x')
  })

  it('removes its Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hawser-peer-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    const path = join(folder, 'socket')
    const listener = await ScriptedPeer.listen({ path })
    expect([listener.address, listener.port]).toEqual([`unix:${path}`, 0])
    expect(existsSync(path)).toBe(true)
    await listener.close()
    await listener.close()
    expect(existsSync(path)).toBe(false)
  })

  it('starts without reading when told so', async () => {
    const [left, right] = createPair({ capacity: 4 })
    const peer = ScriptedPeer.over(right, { reading: false })
    const sent = ScriptedPeer.over(left).send('12345')
    await new Promise(setImmediate)
    expect(peer.unread).toBe(0)
    peer.startReading()
    await Promise.all([sent, peer.receives('12345')])
  })

  it('rejects a send that the other side never reads at the deadline, awaited or not', async () => {
    const [left, right] = createPair({ capacity: 4 })
    const peer = ScriptedPeer.over(left, { deadline: 20 })
    ScriptedPeer.over(right, { reading: false })
    const forgotten = peer.send('12345')
    await expect(forgotten).rejects.toThrow('5 bytes were not taken')
    peer.reset()
  })

  it.each([null, 'nowhere', 'tcp://', 'a:b', ''])('refuses the endpoint %j', async (endpoint) => {
    await expect(ScriptedPeer.connect(endpoint)).rejects.toMatchObject({
      code: 'HAWSER_INVALID_ENDPOINT',
    })
  })

  it.each([0, -1, NaN])('refuses a deadline of %s', (deadline) => {
    const [left] = createPair()
    expect(() => ScriptedPeer.over(left, { deadline })).toThrow(
      expect.objectContaining({ code: 'HAWSER_INVALID_OPTION' }),
    )
  })
})
