import {
  attach,
  connect,
  type Connection,
  createClient,
  createPool,
  lines,
  type Transport,
  type WebStreamPair,
} from 'hawser'
import { createPair, VirtualClock } from 'hawser/testing'
import { type Fail, type Row, type Rows, thrown, told, until } from './walk.js'

type Made = Connection<string, string>

/** A connection over a transport, one of whose methods fails when it is called. */
function failing(
  name: keyof Transport,
  use: (connection: Made, peer: Made) => unknown = () => undefined,
): Row['run'] {
  return async (fail, tell) => {
    const [left, right] = createPair()
    const transport = new Proxy(left, {
      get(target, key) {
        if (key === name) return fail
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      },
    })
    const options = { framing: lines({ maxFrame: 100 }), inbox: 100 }
    const peer = attach<string, string>(right, options)
    const connection = attach<string, string>(transport, options)
    void Promise.resolve(use(connection, peer)).catch(() => undefined)
    const { error } = await connection.closed
    tell(error)
    await peer.close()
  }
}

const many = ['x', 'y', 'z'].map((letter) => letter.repeat(99))

/** A pair of WHATWG streams, one of whose parts fails. */
function web(
  reader: (fail: Fail) => object,
  writer: (fail: Fail) => object,
  isReading = true,
): Row['run'] {
  return async (fail, tell) => {
    const never = (): Promise<never> => new Promise(() => undefined)
    const pair = {
      readable: {
        getReader: () => ({ read: never, cancel: async () => undefined, ...reader(fail) }),
      },
      writable: {
        getWriter: () => ({
          desiredSize: 1,
          closed: never(),
          write: async () => undefined,
          close: async () => undefined,
          abort: async () => undefined,
          ...writer(fail),
        }),
      },
    }
    const connection = attach(pair as unknown as WebStreamPair)
    void connection.send('something')
    if (!isReading) connection.reset()
    const { error } = await connection.closed
    tell(error)
  }
}

const nothing = (): object => ({})

export const attachedRows: Rows = {
  'connect(destination)': told(async (fail, tell) => {
    await connect(fail).catch(tell)
  }, 'HAWSER_CONNECT_FAILED'),
  'createClient(destination)': told(async (fail, tell) => {
    const client = createClient(fail, { maxReconnects: 0 })
    client.once('disconnected', ({ error }) => tell(error))
    client.once('closed', ({ error }) => tell(error))
    await client.ready().catch(() => undefined)
  }, 'HAWSER_CONNECT_FAILED'),
  'createPool(destination)': told(async (fail, tell) => {
    const clock = new VirtualClock()
    const pool = createPool(fail, { clock })
    const refused = pool.acquire({ timeout: 100 }).catch((error: unknown) => error)
    await until(() => pool.info().lastError !== undefined)
    await clock.advance(100)
    tell(((await refused) as Error).cause)
    await pool.close({ drain: 0 })
  }, 'HAWSER_CONNECT_FAILED'),
  ...Object.fromEntries(
    Object.entries({
      start: () => undefined,
      write: (connection) => connection.send('something'),
      end: (connection) => connection.end(),
      ref: (connection) => connection.ref(),
      unref: (connection) => connection.unref(),
      pause: (_connection, peer) => many.map((line) => peer.send(line)),
      resume: async (connection, peer) => {
        for (const line of many) void peer.send(line)
        while (connection.bytesRead < 100) await new Promise(setImmediate)
        for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
        for await (const _line of connection) continue
      },
    } satisfies Partial<Record<keyof Transport, (connection: Made, peer: Made) => unknown>>).map(
      ([name, use]) => [
        `Transport.${name}`,
        told(failing(name as keyof Transport, use), 'HAWSER_CONNECTION_FAILED'),
      ],
    ),
  ),
  'Transport.secure': told(
    failing('secure', (connection) => connection.startTls()),
    'HAWSER_TLS_HANDSHAKE_FAILED',
  ),
  'WebReadable.getReader': thrown(async (fail, tell) => {
    const { writable } = new TransformStream<Uint8Array, Uint8Array>()
    try {
      attach({ readable: { getReader: fail }, writable })
    } catch (error) {
      tell(error)
    }
  }),
  'WebReadable.read': told(
    web((read) => ({ read }), nothing),
    'HAWSER_CONNECTION_FAILED',
  ),
  'WebWritable.getWriter': thrown(async (fail, tell) => {
    const { readable } = new TransformStream<Uint8Array, Uint8Array>()
    try {
      attach({ readable, writable: { getWriter: fail } })
    } catch (error) {
      tell(error)
    }
  }),
  'WebWritable.write': told(
    web(nothing, (write) => ({ write })),
    'HAWSER_CONNECTION_FAILED',
  ),
}
