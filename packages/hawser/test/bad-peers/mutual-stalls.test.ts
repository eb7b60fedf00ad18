import net from 'node:net'
import { pipeline } from 'node:stream/promises'
import {
  connect,
  type Connection,
  type FunctionHandler,
  type HandlerObject,
  lines,
  raw,
  type Server,
} from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { portOf, serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

// Two ends that each do what is natural never wait for each other, however much is under way: more
// than the operating system's buffers and ours take, both ways together.

forbidStrayErrors()

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

type Text = Connection<string, string>

const local = (server: Server<never, never>): { host: string; port: number } => ({
  host: '127.0.0.1',
  port: portOf(server),
})

const dial = (server: Server<string, string>): Promise<Text> =>
  connect(local(server as never), { framing: lines() })

describe('a client that sends in one loop and reads in another', () => {
  async function exchange(server: Server<string, string>, count: number, line: string) {
    const client = await dial(server)
    const send = async (): Promise<void> => {
      for (let each = 0; each < count; each += 1) await client.send(line)
      await client.end()
    }
    const hear = async (): Promise<number> => {
      let heard = 0
      for await (const text of client) heard += text.length > 0 ? 1 : 0
      return heard
    }
    const [, heard] = await Promise.all([send(), hear()])
    return heard
  }

  it('gets every reply of a handler that awaits nothing', async () => {
    const server = await serve<string, string>(
      { framing: lines() },
      { message: (connection, text) => void connection.send(text) },
    )
    expect(await exchange(server, 4_000, 'x'.repeat(10_000))).toBe(4_000)
  })

  it('gets every reply of a loop that awaits, and sends forty times what it read', async () => {
    const more = 'y'.repeat(4_000)
    const server = await serve<string, string>({ framing: lines() }, async (connection) => {
      for await (const text of connection) await connection.send(text + more)
    })
    expect(await exchange(server, 40_000, 'x'.repeat(110))).toBe(40_000)
  })
})

describe('an end that sends as long as there is room, and only counts what it reads', () => {
  const count = 40_000
  const line = 'x'.repeat(999)

  /** Sends what is left while there is room. */
  function feeder(): (connection: Text) => void {
    let left = count
    return (connection) => {
      while (left > 0 && connection.trySend(line)) left -= 1
    }
  }

  /** A handler object that feeds, and a promise of all the replies. */
  function feed(): { handler: HandlerObject<string, string>; counted: Promise<void> } {
    const pump = feeder()
    let heard = 0
    const { promise: counted, resolve } = withResolvers()
    const message = (): void => {
      heard += 1
      if (heard === count) resolve()
    }
    return { handler: { open: pump, writable: pump, message }, counted }
  }

  const echo: HandlerObject<string, string> = {
    message: (connection, text) => void connection.send(text),
  }

  it('gets all from an echo, as a client', async () => {
    const server = await serve<string, string>({ framing: lines() }, echo)
    const { handler, counted } = feed()
    const client = await connect(local(server as never), { framing: lines(), handler })
    await counted
    client.reset()
  })

  it('gets all from an echo, as a server', async () => {
    const { handler, counted } = feed()
    const server = await serve<string, string>({ framing: lines() }, handler)
    const client = await connect(local(server as never), { framing: lines(), handler: echo })
    await counted
    client.reset()
  })

  it('gets all from an echo, with a bound of its own for what is unsent', async () => {
    const server = await serve<string, string>({ framing: lines() }, echo)
    let left = count
    let heard = 0
    const client = await connect(local(server as never), {
      framing: lines(),
      handler: { message: () => void (heard += 1) },
    })
    while (heard < count) {
      for (; left > 0 && client.unsent < 1_000_000; left -= 1) void client.send(line)
      await new Promise(setImmediate)
    }
    client.reset()
  })

  it('gets all from an echo, as a loop beside a timer', async () => {
    const { promise: counted, resolve } = withResolvers()
    const server = await serve<string, string>({ framing: lines() }, async (connection) => {
      const pump = feeder()
      const timer = setInterval(() => pump(connection), 1)
      let heard = 0
      for await (const _ of connection) {
        heard += 1
        if (heard === count) resolve()
      }
      clearInterval(timer)
    })
    const client = await dial(server)
    const repeat = async (): Promise<void> => {
      for await (const text of client) await client.send(text)
    }
    const repeating = repeat()
    await counted
    await client.end()
    await repeating.catch(() => undefined)
  })
})

describe('a relay in a function handler', () => {
  const size = 24 * 1024 * 1024
  const chunk = Buffer.alloc(64 * 1024, 'r')

  /**
   * An upstream that reads everything, whatever becomes of its replies. It is node:net's: a loop of
   * ours that awaits no `send` is stopped by its own outbox, as it should be.
   */
  async function upstreamOf(reply: number): Promise<{ port: number; read(): number }> {
    let read = 0
    const upstream = net.createServer({ allowHalfOpen: true }, (socket) => {
      onTestFinished(() => void socket.destroy())
      socket.on('error', () => undefined)
      socket.on('data', (bytes: Buffer) => {
        read += bytes.length
        socket.write(Buffer.alloc(bytes.length * reply, 'a'))
      })
      socket.on('end', () => socket.end())
    })
    onTestFinished(() => void upstream.close())
    await new Promise<void>((resolve) => {
      upstream.listen(0, '127.0.0.1', resolve)
    })
    return { port: (upstream.address() as net.AddressInfo).port, read: () => read }
  }

  /** A client that sends everything before it reads anything. */
  async function sendBeforeReading(
    relay: Server<Uint8Array, Uint8Array | string>,
  ): Promise<number> {
    const client = await connect(local(relay as never), { allowHalfOpen: true })
    for (let sent = 0; sent < size; sent += chunk.length) await client.send(chunk)
    await client.end()
    let heard = 0
    for await (const bytes of client) heard += bytes.length
    return heard
  }

  const relayBy = (relay: FunctionHandler<Uint8Array, Uint8Array | string>) =>
    serve<Uint8Array, Uint8Array | string>({ framing: raw() }, relay)

  it('of two awaiting loops passes everything to an upstream that reads all of it', async () => {
    const upstream = await upstreamOf(1)
    const relay = await relayBy(async (inner) => {
      const outer = await connect(
        { host: '127.0.0.1', port: upstream.port },
        { allowHalfOpen: true },
      )
      const pass = async (from: Connection, to: Connection): Promise<void> => {
        for await (const bytes of from) await to.send(bytes)
        await to.end()
      }
      await Promise.all([pass(inner, outer), pass(outer, inner)])
    })
    expect(await sendBeforeReading(relay)).toBe(size)
    expect(upstream.read()).toBe(size)
  })

  it('of two pipelines passes everything for a client that pipelines', async () => {
    const upstream = await upstreamOf(10)
    const ours = size / 3
    const relay = await relayBy(async (inner) => {
      const outer = await connect({ host: '127.0.0.1', port: upstream.port })
      const [left, right] = [inner.duplex(), outer.duplex()]
      await Promise.all([pipeline(left, right), pipeline(right, left)])
    })
    const client = await connect(local(relay as never), { allowHalfOpen: true })
    const send = async (): Promise<void> => {
      for (let sent = 0; sent < ours; sent += chunk.length) await client.send(chunk)
      await client.end()
    }
    const hear = async (): Promise<number> => {
      let heard = 0
      for await (const bytes of client) heard += bytes.length
      return heard
    }
    const [, heard] = await Promise.all([send(), hear()])
    expect(heard).toBe(10 * ours)
  })
})
