import { once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ClientOptions, createClient, lines, type RequestConnection } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { forbidStrayErrors } from '../bad-peers/support/strays.js'
import { rejection } from '../server/support/serving.js'
import { meetPool } from './support/pools.js'
import { listenScripted } from './support/scripted.js'

forbidStrayErrors()

type Fresh = RequestConnection<string, string>

async function meet(options: ClientOptions<string, string>) {
  const listener = await listenScripted()
  const client = createClient<string, string>(listener.address, { framing: lines(), ...options })
  onTestFinished(async () => void (await client.close({ drain: 0 })))
  return { client, listener }
}

/** A protocol whose server greets first, and says more when one has logged in. */
async function greet({ connection, request }: Fresh): Promise<string[]> {
  const greeting = await connection.receive()
  const welcome = await request('login')
  return [greeting, welcome, await connection.receive()]
}

describe('a server that speaks first', () => {
  it('is heard in onConnect of a client, and its requests go on as usual', async () => {
    const heard: string[][] = []
    const { client, listener } = await meet({
      onConnect: async (fresh) => void heard.push(await greet(fresh)),
    })
    const peer = await listener.accept()
    await peer.send('220 ready\n')
    await peer.receives('login\n')
    await peer.send('230 welcome\n231 you have mail\n')
    await client.ready()
    expect(heard).toEqual([['220 ready', '230 welcome', '231 you have mail']])
    const reply = client.request('list')
    await peer.receives('list\n')
    await peer.send('200 nothing\n')
    expect(await reply).toBe('200 nothing')
  })

  it('is heard however late onConnect listens', async () => {
    let heard = ''
    const pushes: string[] = []
    const { client, listener } = await meet({
      onConnect: async ({ connection }) => {
        await nextTurn()
        while (connection.bytesRead < 10) await nextTurn()
        heard = await connection.receive()
      },
      onMessage: (message) => void pushes.push(message),
    })
    const peer = await listener.accept()
    await peer.send('220 ready\n')
    await client.ready()
    expect([heard, pushes]).toEqual(['220 ready', []])
  })

  it('is pushed what onConnect did not take, once that is done', async () => {
    const pushes: string[] = []
    const { client, listener } = await meet({
      onConnect: async ({ connection }) => {
        while (connection.bytesRead < 4) await nextTurn()
        pushes.push('onConnect is done')
      },
      onMessage: (message) => void pushes.push(message),
    })
    const peer = await listener.accept()
    await peer.send('a\nb\n')
    await client.ready()
    await nextTurn()
    expect(pushes).toEqual(['onConnect is done', 'a', 'b'])
  })

  it('whose greeting is not taken does not reply to the first request with it', async () => {
    const pushes: string[] = []
    let reply = ''
    const { client, listener } = await meet({
      onConnect: async ({ connection, request }) => {
        while (connection.bytesRead < 10) await nextTurn()
        reply = await request('login')
      },
      onMessage: (message) => void pushes.push(message),
    })
    const peer = await listener.accept()
    await peer.send('220 ready\n')
    await peer.receives('login\n')
    await peer.send('230 welcome\n')
    await client.ready()
    expect([reply, pushes]).toEqual(['230 welcome', ['220 ready']])
  })

  it('and goes is heard, and its end is the reason why there is no connection', async () => {
    const heard: string[] = []
    const { client, listener } = await meet({
      onConnect: async ({ connection }) => {
        heard.push(await connection.receive())
        await new Promise(() => undefined)
      },
    })
    const disconnected = once(client, 'disconnected')
    const peer = await listener.accept()
    await peer.send('554 go away\n')
    peer.end()
    expect(await disconnected).toMatchObject([{ error: { code: 'HAWSER_CONNECTION_CLOSED' } }])
    expect(heard).toEqual(['554 go away'])
  })

  it('is heard by each connection of a pool, and by a lease', async () => {
    const heard: string[][] = []
    const { pool, listener } = await meetPool({
      onConnect: async (lease) => void heard.push(await greet(lease)),
    })
    const acquired = pool.acquire()
    const peer = await listener.accept()
    await peer.send('220 ready\n')
    await peer.receives('login\n')
    await peer.send('230 welcome\n231 you have mail\n')
    using lease = await acquired
    expect(heard).toEqual([['220 ready', '230 welcome', '231 you have mail']])
    const told = lease.connection.receive()
    await peer.send('299 by the way\n')
    expect(await told).toBe('299 by the way')
  })
})

describe('receive takes no message that is meant for another', () => {
  it('beside a request', async () => {
    let refused: unknown
    const { client, listener } = await meet({
      onConnect: async ({ connection, request }) => {
        const reply = request('login')
        refused = await rejection(connection.receive())
        await reply
      },
    })
    const peer = await listener.accept()
    await peer.receives('login\n')
    await peer.send('230 welcome\n')
    await client.ready()
    expect(refused).toMatchObject({
      code: 'HAWSER_ALREADY_CONSUMED',
      message:
        'a request waits for the next message of this connection: await its reply before receive()',
    })
  })

  it('that came behind the greeting, before a request: it is no reply to that', async () => {
    const replies: string[] = []
    const pushes: string[] = []
    const { client, listener } = await meet({
      onConnect: async ({ connection, request }) => {
        replies.push(await connection.receive())
        replies.push(await request('EHLO'), await request('AUTH'))
      },
      onMessage: (message) => void pushes.push(message),
    })
    const peer = await listener.accept()
    await peer.send('220-mail\n220 ready\n')
    for (const word of ['EHLO', 'AUTH']) {
      await peer.receives(`${word}\n`)
      await peer.send(`250 ${word}\n`)
    }
    await client.ready()
    expect(replies).toEqual(['220-mail', '250 EHLO', '250 AUTH'])
    expect(pushes).toEqual(['220 ready'])
  })

  it('while it waits: it is refused when a request is sent, and when onConnect is done', async () => {
    const waiting: Promise<unknown>[] = []
    const { client, listener } = await meet({
      onConnect: async ({ connection, request }) => {
        waiting.push(rejection(connection.receive()))
        await request('login')
        waiting.push(rejection(connection.receive()))
      },
    })
    const peer = await listener.accept()
    await peer.receives('login\n')
    await peer.send('welcome\n')
    await client.ready()
    const reply = client.request('first')
    await peer.receives('first\n')
    await peer.send('reply\n')
    expect(await reply).toBe('reply')
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: 'HAWSER_ALREADY_CONSUMED' })
    }
  })

  it('over two leases: it is refused when the first is given back', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    const acquired = pool.acquire()
    const peer = await listener.accept()
    const first = await acquired
    const waiting = rejection(first.connection.receive())
    first.release()
    using second = await pool.acquire()
    const reply = second.request('secret')
    await peer.receives('secret\n')
    await peer.send('for the second\n')
    expect(await reply).toBe('for the second')
    expect(await waiting).toMatchObject({ code: 'HAWSER_ALREADY_CONSUMED' })
  })

  it('that replies to a request which was given up', async () => {
    const { pool, listener } = await meetPool({ max: 1 })
    const acquired = pool.acquire()
    const peer = await listener.accept()
    using lease = await acquired
    const abort = new AbortController()
    const slow = rejection(lease.request('slow', { signal: abort.signal }))
    await peer.receives('slow\n')
    abort.abort()
    await slow
    expect(await rejection(lease.connection.receive())).toMatchObject({
      code: 'HAWSER_ALREADY_CONSUMED',
    })
    const reply = lease.request('next')
    await peer.receives('next\n')
    await peer.send('late\nin time\n')
    expect(await reply).toBe('in time')
  })

  it('and what comes behind such a late reply is kept again in onConnect', async () => {
    let heard = ''
    const { client, listener } = await meet({
      onConnect: async ({ connection, request }) => {
        const abort = new AbortController()
        const slow = rejection(request('slow', { signal: abort.signal }))
        await nextTurn()
        abort.abort()
        await slow
        while (connection.bytesRead < 12) await nextTurn()
        heard = await connection.receive()
      },
    })
    const peer = await listener.accept()
    await peer.receives('slow\n')
    await peer.send('late\nnotice\n')
    await client.ready()
    expect(heard).toBe('notice')
  })

  it('of a client that is connected', async () => {
    const { client, listener } = await meet({})
    await listener.accept()
    await client.ready()
    const receiving = client.connection?.receive() ?? Promise.resolve()
    expect(await rejection(receiving)).toMatchObject({
      code: 'HAWSER_ALREADY_CONSUMED',
      message:
        "the messages of this connection go to its client's requests and to onMessage: use receive() in onConnect, or on a lease of a pool",
    })
  })
})
