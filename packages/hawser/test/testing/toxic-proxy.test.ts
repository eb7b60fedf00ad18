import { connect, type Connection, type HandlerObject, lines, raw } from 'hawser'
import {
  ScriptedPeer,
  startToxicProxy,
  type ToxicProxy,
  type ToxicProxyOptions,
  Toxics,
  VirtualClock,
} from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { until } from '../../../../test/support/until.js'
import { serve } from '../server/support/serving.js'

forbidStrayErrors()

const upperCase: HandlerObject<string, string> = {
  message: (connection, message) => connection.send(message.toUpperCase()),
}

/** A connection to a server, through a proxy. */
async function reach(
  options: ToxicProxyOptions = {},
  handler: HandlerObject<string, string> = upperCase,
): Promise<{ proxy: ToxicProxy; connection: Connection<string, string>; opened: () => number }> {
  let opened = 0
  const server = await serve(
    { framing: lines() },
    {
      ...handler,
      open: () => {
        opened += 1
      },
    },
  )
  const proxy = await startToxicProxy(server.address(), options)
  onTestFinished(() => proxy.close())
  const connection = await connect(proxy.address, { framing: lines() })
  onTestFinished(() => connection.reset())
  await until(() => opened === 1)
  return { proxy, connection, opened: () => opened }
}

async function ask(connection: Connection<string, string>, word: string): Promise<string> {
  await connection.send(word)
  for await (const reply of connection) return reply
  throw new Error('the connection ended')
}

describe('a toxic proxy', () => {
  it('without toxics forwards both ways, and ends in order', async () => {
    const { proxy, connection } = await reach()
    expect(await ask(connection, 'hello')).toBe('HELLO')
    expect(proxy.connections).toBe(1)
    await connection.close()
    await until(() => proxy.connections === 0)
  })

  it('lets one side end while the other goes on', async () => {
    await using listener = await ScriptedPeer.listen()
    await using proxy = await startToxicProxy(listener.address)
    await using client = await ScriptedPeer.connect(proxy.address)
    const server = await listener.accept()
    await client.send('all I have')
    client.end()
    await server.receives('all I have')
    await server.receivesEnd()
    await server.send('the answer')
    await client.receives('the answer')
    server.end()
    await client.receivesEnd()
  })

  it.each(['client', 'server'])('passes on the reset of the %s', async (who) => {
    await using listener = await ScriptedPeer.listen()
    await using proxy = await startToxicProxy(listener.address)
    await using client = await ScriptedPeer.connect(proxy.address)
    await using server = await listener.accept()
    const [one, other] = who === 'client' ? [client, server] : [server, client]
    await one.send('a')
    await other.receives('a')
    one.reset()
    await other.receivesReset()
  })

  it('resets a client whose server is not there', async () => {
    const listener = await ScriptedPeer.listen()
    const { address } = listener
    await listener.close()
    await using proxy = await startToxicProxy(address)
    await using client = await ScriptedPeer.connect(proxy.address)
    await client.receivesReset()
  })

  it('delays, on the clock it is given', async () => {
    const clock = new VirtualClock()
    const { proxy, connection } = await reach({ clock })
    proxy.toxics.set({ latency: 250 })
    let reply: string | undefined
    const asked = ask(connection, 'hello').then((text) => {
      reply = text
    })
    await until(() => clock.pending === 1)
    await clock.advance(250)
    expect(reply).toBeUndefined()
    await until(() => clock.pending === 1)
    await clock.advance(250)
    await asked
    expect(reply).toBe('HELLO')
  })

  it('cuts what is sent, so that it arrives in pieces', async () => {
    const pieces: number[] = []
    const server = await serve(
      { framing: raw() },
      { message: (_connection, bytes) => void pieces.push(bytes.length) },
    )
    await using proxy = await startToxicProxy(server.address())
    proxy.toxics.forward.set({ chunkSize: 4 })
    await using client = await ScriptedPeer.connect(proxy.address)
    await client.send('0123456789')
    const total = (): number => pieces.reduce((sum, piece) => sum + piece, 0)
    await until(() => total() === 10)
    // The operating system may join two of them, and never all.
    expect(pieces.length).toBeGreaterThan(1)
  })

  it('stalls, and goes on when that is over', async () => {
    const { proxy, connection } = await reach()
    proxy.toxics.backward.set({ stall: true })
    const asked = ask(connection, 'hello')
    // The server has answered, and the answer is on its way.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    expect(connection.bytesRead).toBe(0)
    proxy.toxics.clear()
    expect(await asked).toBe('HELLO')
  })

  it('resets both sides after so many bytes', async () => {
    const { connection } = await reach({
      toxics: new Toxics({ backward: { resetAfter: 3 } }),
    })
    await connection.send('hello')
    expect(await connection.closed).toMatchObject({ reason: 'reset', bytesRead: 3 })
  })

  it('hides from each side that the other is gone', async () => {
    await using listener = await ScriptedPeer.listen()
    await using proxy = await startToxicProxy(listener.address)
    await using client = await ScriptedPeer.connect(proxy.address)
    const server = await listener.accept()
    await client.send('a')
    await server.receives('a')
    proxy.toxics.set({ vanish: true })
    server.reset()
    await server.closed
    await client.send('b')
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    expect(proxy.connections).toBe(1)
    proxy.toxics.clear()
    await client.receivesReset()
  })

  it('keeps to the pace of a slow reader, and holds little', async () => {
    await using listener = await ScriptedPeer.listen({ reading: false })
    await using proxy = await startToxicProxy(listener.address)
    const connection = await connect(proxy.address, { framing: raw(), outbox: 64 * 1024 * 1024 })
    const server = await listener.accept()
    const size = 32 * 1024 * 1024
    void connection.send(Buffer.alloc(size, 1))
    let before = -1
    // Until nothing moves any more: the buffers on the way are full.
    while (connection.unsent !== before) {
      before = connection.unsent
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate)
    }
    expect(connection.unsent).toBeGreaterThan(size / 4)
    server.startReading()
    const all = await server.receive(size)
    expect(all.every((byte) => byte === 1)).toBe(true)
    connection.reset()
    await connection.closed
  })

  it('resets all that goes through it when told to, and goes on', async () => {
    const { proxy, connection, opened } = await reach()
    proxy.resetAll()
    expect(await connection.closed).toMatchObject({ reason: 'reset', by: 'remote' })
    const next = await connect(proxy.address, { framing: lines() })
    expect(await ask(next, 'again')).toBe('AGAIN')
    expect(opened()).toBe(2)
    next.reset()
  })

  it('is gone with all of it when it is closed', async () => {
    const clock = new VirtualClock()
    const { proxy, connection } = await reach({ clock })
    proxy.toxics.set({ latency: 1_000 })
    await connection.send('hello')
    await until(() => clock.pending === 1)
    await proxy.close()
    await connection.closed
    expect({ connections: proxy.connections, timers: clock.pending }).toEqual({
      connections: 0,
      timers: 0,
    })
    await proxy.close()
  })
})
