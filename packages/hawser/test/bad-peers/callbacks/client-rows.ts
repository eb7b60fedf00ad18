import { type Client, connect, createClient, createPool, lines } from 'hawser'
import { VirtualClock } from 'hawser/testing'
import assert from 'node:assert/strict'
import {
  type Fail,
  open,
  placeOf,
  type Row,
  type Rows,
  thrown,
  told,
  until,
  warned,
} from './walk.js'

const ignored = (): void => undefined
/** The ids of requests. */
const ids = { from: 1, to: 9 }

type ClientOptions = NonNullable<Parameters<typeof createClient<string, string>>[1]>

/** A client with this that fails, which makes a request. */
function asked(
  make: (fail: Fail) => ClientOptions,
  isRejected = false,
  ask: (client: Client<string, string>, fail: Fail) => Promise<unknown> = (client) =>
    client.request('hello'),
): Row['run'] {
  return async (fail, tell) => {
    const server = await open(ignored)
    let count = 0
    const note = (error: unknown): void => {
      count += 1
      tell(error)
    }
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      onError: note,
      ...make(fail),
    })
    const reply = ask(client, fail).catch((error: unknown) => {
      if (isRejected) note(error)
    })
    await until(() => count > 0)
    await client.close({ drain: 0 })
    await reply
    assert.equal(client.status.state, 'closed')
    await server.close({ drain: 0 })
  }
}

/** A server that pushes a message to each peer that connects. */
const pushing = { open: (connection: { send(line: string): unknown }) => connection.send('pushed') }

function heard(
  event: 'status' | 'connecting' | 'connected' | 'disconnected' | 'closed',
): Row['run'] {
  return async (fail) => {
    const server = await open(ignored)
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      backoff: { initial: 1, max: 1 },
    })
    client.once(event, fail)
    await client.ready()
    // It connects again, which is each event once more.
    client.connection?.reset()
    await until(() => client.info().connections === 2)
    await client.close({ drain: 0 })
    await server.close({ drain: 0 })
  }
}

/** What the status of a client, or the last error of a pool, says once. */
const lastOf = async (client: Client<string, string>): Promise<unknown> => {
  for await (const status of client.status) {
    if (status.state === 'closed') return status.error
  }
  return undefined
}

function lent(name: 'onConnect' | 'validate'): Row['run'] {
  return async (fail, tell) => {
    const clock = new VirtualClock()
    const server = await open(ignored)
    const pool = createPool<string, string>(placeOf(server), {
      framing: lines(),
      clock,
      [name]: fail,
    })
    const refused = pool.acquire({ timeout: 100 }).catch((error: unknown) => error)
    await until(() => pool.info().lastError !== undefined)
    await clock.advance(100)
    tell(((await refused) as Error).cause)
    await pool.close({ drain: 0 })
    await server.close({ drain: 0 })
  }
}

export const clientRows: Rows = {
  'AttachOptions.onError': warned(async (fail) => {
    const server = await open(ignored, {}, pushing)
    const message = (): never => {
      throw new Error('why it is told')
    }
    const client = await connect(placeOf(server), {
      framing: lines(),
      onError: fail,
      handler: { message },
    })
    await client.closed
    await server.close({ drain: 0 })
  }),
  'HeartbeatOptions.isPong of a client': told(
    asked((fail) => ({ heartbeat: { ping: 'ping', isPong: fail } })),
  ),
  'HeartbeatOptions.ping of a client': told(async (fail, tell) => {
    const clock = new VirtualClock()
    const server = await open(ignored)
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      clock,
      maxReconnects: 0,
      heartbeat: { every: 1_000, ping: fail },
    })
    await client.ready()
    const ended = lastOf(client)
    await clock.advance(1_000)
    tell(await ended)
    await server.close({ drain: 0 })
  }),
  'ClientOptions.onConnect': told(async (fail, tell) => {
    const server = await open(ignored)
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      onConnect: fail,
      maxReconnects: 0,
    })
    tell(await lastOf(client))
    await server.close({ drain: 0 })
  }),
  'ClientOptions.onMessage': told(async (fail, tell) => {
    const server = await open(ignored, {}, pushing)
    let count = 0
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      onMessage: fail,
      onError: (error) => {
        count += 1
        tell(error)
      },
    })
    await until(() => count > 0)
    assert.equal(client.status.state, 'connected')
    await client.close({ drain: 0 })
    await server.close({ drain: 0 })
  }),
  'ExchangeOptions.onError': warned(async (fail) => {
    const server = await open(ignored, {}, pushing)
    let count = 0
    const client = createClient<string, string>(placeOf(server), {
      framing: lines(),
      onError: fail,
      onMessage: () => {
        count += 1
        throw new Error('why it is told')
      },
    })
    await until(() => count > 0)
    await client.close({ drain: 0 })
    await server.close({ drain: 0 })
  }),
  'OrderedReplies.isPush': told(asked((fail) => ({ correlate: { isPush: fail } }))),
  'IdentifiedReplies.idOf': told(
    asked((fail) => ({ correlate: { identify: (message, id) => ({ message, id }), idOf: fail } })),
  ),
  'IdentifiedReplies.identify': thrown(
    asked((fail) => ({ correlate: { identify: fail, idOf: () => 1 } }), true),
  ),
  'NumberedReplies.idOf': told(
    asked((fail) => ({ correlate: { ids, identify: (message) => message, idOf: fail } })),
  ),
  'NumberedReplies.identify': thrown(
    asked((fail) => ({ correlate: { ids, identify: fail, idOf: () => 1 } }), true),
  ),
  'PartedRequestOptions.until': told(
    asked(
      () => ({}),
      false,
      (client, fail) => client.request('hello', { until: fail }),
    ),
  ),
  'DialOptions.random': told(async (fail, tell) => {
    const server = await open(ignored)
    const place = placeOf(server)
    await server.close({ drain: 0 })
    const options = {
      random: fail,
      onError: tell,
      maxReconnects: 2,
      backoff: { initial: 1, max: 2 },
    }
    const client = createClient(place, options)
    await assert.rejects(client.ready(), { code: 'HAWSER_CLIENT_CLOSED' })
    await client.close()
  }),
  'DialOptions.random of connect': thrown(async (fail, tell) => {
    const server = await open(ignored)
    const place = placeOf(server)
    const options = { random: fail, order: 'random' } as const
    await connect([place, place], options).then((connection) => connection.reset(), tell)
    await server.close({ drain: 0 })
  }),
  'ClientEvents.status': warned(heard('status')),
  'ClientEvents.connecting': warned(heard('connecting')),
  'ClientEvents.connected': warned(heard('connected')),
  'ClientEvents.disconnected': warned(heard('disconnected')),
  'ClientEvents.closed': warned(heard('closed')),
  'PoolOptions.onConnect': told(
    lent('onConnect'),
    'HAWSER_HANDLER_FAILED',
    'HAWSER_ACQUIRE_FAILED',
  ),
  'PoolOptions.validate': told(lent('validate'), 'HAWSER_HANDLER_FAILED', 'HAWSER_ACQUIRE_FAILED'),
  'PoolOptions.onMessage': told(async (fail, tell) => {
    const server = await open(ignored, {}, pushing)
    let count = 0
    const pool = createPool<string, string>(placeOf(server), {
      framing: lines(),
      onMessage: fail,
      onError: (error) => {
        count += 1
        tell(error)
      },
    })
    const lease = await pool.acquire()
    await until(() => count > 0)
    lease.release()
    await pool.close({ drain: 0 })
    await server.close({ drain: 0 })
  }),
  'Pool.run(use)': thrown(async (fail, tell) => {
    const server = await open(ignored)
    const pool = createPool<string, string>(placeOf(server), { framing: lines() })
    await pool.run(fail).catch(tell)
    // Nothing waits for this one.
    void pool.run(fail)
    await until(() => pool.info().leased === 0 && pool.info().idle === 1)
    await pool.close({ drain: 0 })
    await server.close({ drain: 0 })
  }),
}
