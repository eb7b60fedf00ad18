import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  connect,
  createClient,
  createPool,
  createServer,
  type Handler,
  type HawserError,
  lines,
  type Server,
  type ServerOptions,
} from 'hawser'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loopback, portOf } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

const failure = new Error('a bug in the callback')

/** A callback that fails, of whatever type is asked for: that is what is tried. */
type Fail = (...values: unknown[]) => never

const ways: Record<string, Fail> = {
  throws: () => {
    throw failure
  },
  rejects: (async () => {
    await Promise.resolve()
    throw failure
  }) as unknown as Fail,
}

/** What is told of a failure, in the order it comes. */
type Told = HawserError[]
type Run = (fail: Fail, told: Told) => Promise<void>

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate)
}

interface Scene {
  readonly server: Server<string, string>
  readonly port: number
}

async function open(
  told: Told,
  options: ServerOptions<string, string> = {},
  handler: Handler<string, string> = { message: (connection, line) => connection.send(line) },
): Promise<Scene> {
  const onError = (error: HawserError): void => void told.push(error)
  const server = createServer<string, string>({ framing: lines(), onError, ...options }, handler)
  await server.listen(loopback)
  return { server, port: portOf(server) }
}

/** A server with this that fails, which a client talks to until it is told of. */
function served(
  make: (fail: Fail) => {
    options?: ServerOptions<string, string>
    handler?: Handler<string, string>
  },
): Run {
  return async (fail, told) => {
    const { options, handler } = make(fail)
    const { server, port } = await open(told, options, handler)
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await client.send('hello')
    await client.end()
    await client.closed
    await until(() => told.length > 0)
    await server.close({ drain: 0 })
    expect(server.connections.size).toBe(0)
  }
}

function heard(event: 'listening' | 'closing' | 'close' | 'connection' | 'drop'): Run {
  return async (fail, told) => {
    const onError = (error: HawserError): void => void told.push(error)
    const maxConnections = event === 'drop' ? 0 : 1
    const server = createServer<string, string>(
      { framing: lines(), onError, maxConnections },
      { message: () => undefined },
    )
    server.on(event, fail)
    await server.listen(loopback)
    const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
    await client.end()
    await client.closed
    if (event === 'drop') await until(() => told.length > 0)
    await server.close({ drain: 0 })
    await until(() => told.length > 0)
  }
}

type ClientOptions = NonNullable<Parameters<typeof createClient<string, string>>[1]>

function asked(make: (fail: Fail) => ClientOptions, isRejected = false): Run {
  return async (fail, told) => {
    const scene = await open([])
    const onError = (error: HawserError): void => void told.push(error)
    const client = createClient<string, string>(
      { ...loopback, port: scene.port },
      { framing: lines(), onError, ...make(fail) },
    )
    const reply = client.request('hello').catch((error: HawserError) => {
      if (isRejected) told.push(error)
    })
    await until(() => told.length > 0)
    await client.close({ drain: 0 })
    await reply
    expect(client.status.state).toBe('closed')
    await scene.server.close({ drain: 0 })
  }
}

const rows: Record<string, Run> = {
  'a function handler': served((fail) => ({ handler: fail })),
  'handler.message': served((fail) => ({ handler: { message: fail } })),
  'handler.open': served((fail) => ({ handler: { open: fail, message: () => undefined } })),
  'handler.close': served((fail) => ({ handler: { close: fail, message: () => undefined } })),
  data: served((fail) => ({ options: { data: fail } })),
  isPong: served((fail) => ({ options: { heartbeat: { ping: 'ping', isPong: fail } } })),
  'event listening': heard('listening'),
  'event connection': heard('connection'),
  'event closing': heard('closing'),
  'event close': heard('close'),
  'event drop': heard('drop'),
  'the callback of listen': async (fail, told) => {
    const onError = (error: HawserError): void => void told.push(error)
    const server = createServer({ onError }, () => undefined)
    await server.listen(loopback, fail)
    await until(() => told.length > 0)
    await server.close({ drain: 0 })
  },
  onDrain: async (fail, told) => {
    const { server, port } = await open(told)
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await client.send('hello')
    for await (const _ of client) break
    await server.close({ drain: 1_000, onDrain: fail })
    await client.closed
    await until(() => told.length > 0)
  },
  ping: async (fail, told) => {
    const clock = new VirtualClock()
    const { server, port } = await open(told, { clock, heartbeat: { every: 1_000, ping: fail } })
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await until(() => server.connections.size === 1)
    await clock.advance(1_000)
    await client.closed
    await until(() => told.length > 0)
    await server.close({ drain: 0 })
  },
  filter: async (fail, told) => {
    const { server, port } = await open([])
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await until(() => server.connections.size === 1)
    try {
      server.broadcast('all', { filter: fail })
    } catch (error) {
      told.push(error as HawserError)
    }
    client.reset()
    await server.close({ drain: 0 })
  },
  onMessage: async (fail, told) => {
    const { server, port } = await open([], {}, { open: (connection) => connection.send('pushed') })
    const onError = (error: HawserError): void => void told.push(error)
    const client = createClient<string, string>(
      { ...loopback, port },
      { framing: lines(), onError, onMessage: fail },
    )
    await until(() => told.length > 0)
    expect(client.status.state).toBe('connected')
    await client.close({ drain: 0 })
    await server.close({ drain: 0 })
  },
  isPush: asked((fail) => ({ correlate: { isPush: fail } })),
  idOf: asked((fail) => ({
    correlate: { identify: (message, id) => ({ message, id }), idOf: fail },
  })),
  identify: asked((fail) => ({ correlate: { identify: fail, idOf: () => 1 } }), true),
  onConnect: async (fail, told) => {
    const { server, port } = await open([])
    const client = createClient({ ...loopback, port }, { onConnect: fail, maxReconnects: 0 })
    for await (const status of client.status) {
      if (status.state === 'closed' && status.error !== undefined) told.push(status.error)
    }
    await server.close({ drain: 0 })
  },
  validate: async (fail, told) => {
    const { server, port } = await open([])
    const pool = createPool<string, string>(
      { ...loopback, port },
      { framing: lines(), validate: fail },
    )
    // Each connection is asked about in its turn, and none is lent out.
    const refused = await pool.acquire({ timeout: 100 }).then(
      async (lease) => {
        lease.release()
        return pool.acquire({ timeout: 100 }).catch((error: HawserError) => error)
      },
      (error: HawserError) => error,
    )
    told.push((refused as HawserError).cause as HawserError)
    await pool.close({ drain: 0 })
    await server.close({ drain: 0 })
  },
  random: async (fail, told) => {
    const onError = (error: HawserError): void => void told.push(error)
    const { server, port } = await open([])
    await server.close({ drain: 0 })
    const client = createClient({ ...loopback, port }, { random: fail, onError, maxReconnects: 2 })
    await expect(client.ready()).rejects.toMatchObject({ code: 'HAWSER_CLIENT_CLOSED' })
    await client.close()
  },
}

describe.each(Object.entries(rows))('%s', (_name, run) => {
  it.each(Object.entries(ways))(
    'that %s is told of once, and everything closes',
    async (_way, fail) => {
      const told: Told = []
      await run(fail, told)
      await new Promise(setImmediate)
      expect(told).toHaveLength(1)
      // A call of the program's own, broadcast or request, throws or rejects with what was thrown itself.
      if (told[0] === failure) return
      expect(told[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED' })
    },
  )
})

/** Those whose own failure is a process warning. */
const warned: Record<string, (fail: Fail) => Promise<void>> = {
  onError: async (fail) => {
    const { server, port } = await open([], { onError: fail }, () => {
      throw new Error('why it is told')
    })
    const client = await connect({ ...loopback, port })
    await client.end()
    await client.closed
    await server.close({ drain: 0 })
  },
  'an event of a client': async (fail) => {
    const { server, port } = await open([])
    const client = createClient({ ...loopback, port })
    client.once('connected', fail)
    await client.ready()
    await client.close()
    await server.close({ drain: 0 })
  },
  'clock.now': async (fail) => {
    const clock = { now: fail, schedule: () => ({ cancel: () => undefined }) }
    const { server, port } = await open([], { clock })
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await client.send('hello')
    await client.end()
    await client.closed
    await server.close()
  },
  'clock.schedule': async (fail) => {
    const { server, port } = await open([], { clock: { now: () => 0, schedule: fail } })
    const client = await connect({ ...loopback, port }, { framing: lines() })
    await client.send('hello')
    await server.close({ drain: 1 })
    await client.closed
  },
}

describe.each(Object.entries(warned))('%s', (_name, run) => {
  it.each(Object.entries(ways))(
    'that %s is a warning, and everything closes',
    async (_way, fail) => {
      const warnings: Error[] = []
      const note = (warning: Error): void => void warnings.push(warning)
      process.on('warning', note)
      onTestFinished(() => void process.off('warning', note))
      await run(fail)
      await until(() => warnings.length > 0)
      expect(warnings).toHaveLength(1)
    },
  )
})

/** What is asked in a call of the program's own, which throws what it throws, or is for tests. */
const exempt = ['now']

it('every option that takes a function is in the table, or exempt by name', () => {
  const folder = join(import.meta.dirname, '../../src')
  const options = new Set<string>()
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    for (const [, name = ''] of readFileSync(join(folder, file), 'utf8').matchAll(
      /^\s+(\w+): 'function',$/gm,
    )) {
      options.add(name)
    }
  }
  const known = new Set([...Object.keys(rows), ...Object.keys(warned), ...exempt])
  expect(options.size).toBeGreaterThan(8)
  expect([...options].filter((name) => !known.has(name))).toEqual([])
})
