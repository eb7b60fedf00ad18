import { once } from 'node:events'
import {
  type Client,
  type ClientOptions,
  createClient,
  createServer,
  HawserError,
  lines,
  netstring,
  type Server,
} from 'hawser'
import {
  type ScriptedListener,
  ScriptedPeer,
  startToxicProxy,
  Toxics,
  VirtualClock,
} from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority } from '../../../../test/support/certificates.js'
import { portOf, serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** A client that is closed when the test ends. */
function make<In, Out>(endpoint: string, options: ClientOptions<In, Out>): Client<In, Out> {
  const client = createClient<In, Out>(endpoint, options)
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return client
}

async function listen(): Promise<ScriptedListener> {
  const listener = await ScriptedPeer.listen()
  onTestFinished(() => listener.close())
  return listener
}

/** The code that a request rejects with, or what it fulfils with. */
function outcome(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch((error: unknown) => (error instanceof HawserError ? error.code : error))
}

const withIds: ClientOptions<string, string> = {
  correlate: {
    identify: (message, sequence) => ({ message: `${sequence} ${message}`, id: sequence }),
    idOf: (message) => (/^\d+ /.test(message) ? Number.parseInt(message, 10) : undefined),
  },
}

describe('a server that answers with garbage', () => {
  it('loses the connection, settles what waited, and gets another', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make<Uint8Array, string>(listener.address, {
      framing: netstring(),
      clock,
      random: () => 0.5,
    })
    const peer = await listener.accept()
    await client.ready()
    const disconnected = once(client, 'disconnected')
    const replies = ['a', 'b'].map((each) => client.request(each))
    await peer.receives('1:a,1:b,')
    await peer.send('1:A,')
    await peer.send('HTTP/1.1 400 Bad Request\r\n')
    expect(Buffer.from((await replies[0]) as Uint8Array).toString()).toBe('A')
    await peer.receivesEnd()
    peer.end()
    await expect(replies[1]).rejects.toMatchObject({
      code: 'HAWSER_DISCONNECTED',
      cause: { code: 'HAWSER_FRAME_MALFORMED' },
    })
    expect(await disconnected).toMatchObject([{ info: { reason: 'frame-malformed' } }])
    await clock.advance(50)
    const second = await listener.accept()
    const next = client.request('c')
    await second.receives('1:c,')
    await second.send('1:C,')
    await next
  })

  it('with ids that nobody asked with answers nobody', async () => {
    const listener = await listen()
    const client = make(listener.address, { framing: lines(), ...withIds })
    const peer = await listener.accept()
    const reply = client.request('a')
    await peer.receives('1 a\n')
    await peer.send('\0\0\0\n99 99\n-1 \n1e3 x\n1 A\n')
    expect(await reply).toBe('1 A')
  })
})

describe('a server that accepts and never answers', () => {
  it('costs a request its timeout, and is left when the heartbeat is not answered either', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make<string, string>(listener.address, {
      framing: lines(),
      clock,
      random: () => 0.5,
      requestTimeout: 20_000,
      heartbeat: { every: 15_000, misses: 2, ping: 'ping' },
    })
    const peer = await listener.accept()
    await client.ready()
    const first = outcome(client.request('a'))
    const second = outcome(client.request('b', { timeout: 60_000 }))
    await peer.receives('a\nb\n')
    await clock.advance(20_000)
    expect(await first).toBe('HAWSER_REQUEST_TIMEOUT')
    const disconnected = once(client, 'disconnected')
    await clock.advance(25_000)
    expect(await disconnected).toMatchObject([{ info: { reason: 'heartbeat-timeout' } }])
    expect(await second).toBe('HAWSER_DISCONNECTED')
    await clock.advance(50)
    await listener.accept()
    await client.ready()
  })

  it('keeps neither onConnect nor what waits for it longer than they may take', async () => {
    const clock = new VirtualClock()
    const listener = await listen()
    const client = make<string, string>(listener.address, {
      framing: lines(),
      clock,
      connectTimeout: 3_000,
      onConnect: async ({ request }) => void (await request('login')),
    })
    const waiting = outcome(client.request('a', { timeout: 2_000 }))
    const peer = await listener.accept()
    await peer.receives('login\n')
    await clock.advance(2_000)
    expect(await waiting).toBe('HAWSER_QUEUE_TIMEOUT')
    const disconnected = once(client, 'disconnected')
    await clock.advance(1_000)
    expect(await disconnected).toMatchObject([{ error: { code: 'HAWSER_CONNECT_TIMEOUT' } }])
    await peer.receivesReset()
  })
})

it('a server that resets every third connection costs only what was on the way there', async () => {
  let count = 0
  const server = await serve(
    { framing: lines() },
    {
      open(connection) {
        count += 1
        connection.data = count
      },
      async message(connection, message) {
        if (Number(connection.data) % 3 === 0) connection.reset()
        else await connection.send(`re ${message}`)
      },
    },
  )
  const client = make<string, string>(`127.0.0.1:${portOf(server)}`, {
    framing: lines(),
    backoff: { initial: 1 },
  })
  const outcomes: unknown[] = []
  for (let each = 0; each < 12; each += 1) {
    outcomes.push(await outcome(client.request(`${each}`)))
    // Every connection carries one request.
    if (each % 3 === 2) continue
    const disconnected = once(client, 'disconnected')
    client.connection?.reset()
    await disconnected
  }
  expect(outcomes).toEqual(
    Array.from({ length: 12 }, (_, index) =>
      index % 3 === 2 ? 'HAWSER_DISCONNECTED' : `re ${index}`,
    ),
  )
})

it('a server that closes during TLS is dialled again, and what waits is sent once it does not', async () => {
  const clock = new VirtualClock()
  const authority = await createAuthority('an authority')
  const tls = await authority.issue({ name: 'localhost', names: ['localhost'] })
  const got: string[] = []
  const server = createServer(
    { framing: lines(), tls },
    {
      async message(connection, message) {
        got.push(message)
        await connection.send(`re ${message}`)
      },
    },
  )
  await server.listen('tls://127.0.0.1:0')
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  // In the middle of its certificate.
  const toxics = new Toxics({ backward: { resetAfter: 300 } })
  const proxy = await startToxicProxy(portOf(server), { toxics })
  onTestFinished(() => proxy.close())
  const client = make<string, string>(`tls://localhost:${proxy.port}`, {
    framing: lines(),
    clock,
    random: () => 0.5,
    family: 4,
    tls: { ca: authority.cert },
  })
  const waiting = client.request('patient')
  for (const wait of [50, 100, 200]) {
    const [status] = (await once(client, 'disconnected')) as [{ error: unknown }]
    expect(status.error).toMatchObject({ name: 'TlsError', code: 'HAWSER_TLS_HANDSHAKE_FAILED' })
    if (wait === 200) toxics.clear()
    clock.advanceSync(wait)
  }
  expect(await waiting).toBe('re patient')
  expect(got).toEqual(['patient'])
})

describe.each([
  ['in order', {}],
  ['with ids', withIds],
])('a server that restarts again and again under load, whose replies come %s', (_name, options) => {
  it('loses no request without its error, and gives no reply to the wrong one', async () => {
    const restarts = 3
    const start = async (port: number): Promise<Server<string, string>> => {
      const server = createServer<string, string>(
        { framing: lines() },
        { message: (connection, message) => connection.send(message) },
      )
      return server.listen({ host: '127.0.0.1', port })
    }
    let server = await start(0)
    onTestFinished(async () => {
      await server.close({ drain: 0 })
    })
    const client = make<string, string>(`127.0.0.1:${portOf(server)}`, {
      framing: lines(),
      backoff: { initial: 10, max: 50 },
      ...options,
    })
    const seen = { right: 0, disconnected: 0, wrong: [] as unknown[] }
    const settle = async (word: string): Promise<void> => {
      const result = String(await outcome(client.request(word)))
      if (result.replace(/^\d+ (?=q)/, '') === word) seen.right += 1
      else if (result === 'HAWSER_DISCONNECTED') seen.disconnected += 1
      else seen.wrong.push(result)
    }
    let asked = 0
    const under: Promise<void>[] = []
    const load = (): void => {
      for (let each = 0; each < 50; each += 1) {
        asked += 1
        under.push(settle(`q${asked} ${'x'.repeat(asked % 200)}`))
      }
    }
    for (let restart = 0; restart < restarts; restart += 1) {
      const enough = seen.right + 300
      while (seen.right < enough) {
        // While the client waits before it connects again, a fast machine would fill its queue.
        if (asked - seen.right - seen.disconnected < 1_000) load()
        await new Promise(setImmediate)
      }
      // Dies with requests on the way, and is gone while more are asked for.
      load()
      const port = portOf(server)
      const disconnected = once(client, 'disconnected')
      await server.close({ drain: 0 })
      await disconnected
      load()
      server = await start(port)
    }
    await Promise.all(under)
    expect(seen.wrong).toEqual([])
    expect(seen.right + seen.disconnected).toBe(asked)
    expect(seen.disconnected).toBeGreaterThan(0)
    expect(client.info()).toMatchObject({ queued: 0, pending: 0, connections: restarts + 1 })
  })
})
