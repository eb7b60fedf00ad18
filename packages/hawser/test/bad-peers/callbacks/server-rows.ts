import {
  connect,
  createServer,
  type Handler,
  lines,
  serveRequests,
  type ServerOptions,
} from 'hawser'
import { VirtualClock } from 'hawser/testing'
import assert from 'node:assert/strict'
import {
  type Fail,
  loopback,
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

/** A server with this that fails, which a client talks to. */
function served(
  make: (fail: Fail) => {
    options?: ServerOptions<string, string>
    handler?: Handler<string, string>
  },
): Row['run'] {
  return async (fail, tell) => {
    const { options, handler } = make(fail)
    let count = 0
    const onError = (error: unknown): void => {
      count += 1
      tell(error)
    }
    const server = await open(onError, options, handler)
    const client = await connect(placeOf(server), { framing: lines() })
    await client.send('hello')
    await client.end()
    await client.closed
    await until(() => count > 0)
    await server.close({ drain: 0 })
    assert.equal(server.connections.size, 0)
  }
}

function heard(event: 'listening' | 'closing' | 'close' | 'connection' | 'drop'): Row['run'] {
  return async (fail, tell) => {
    const server = createServer<string, string>(
      { framing: lines(), onError: tell, maxConnections: event === 'drop' ? 0 : 1 },
      { message: ignored },
    )
    server.on(event, fail)
    await server.listen(loopback)
    const client = await connect(placeOf(server), { framing: lines() })
    await client.end()
    await client.closed
    await server.close({ drain: 0 })
  }
}

/** A peer that begins to read only when the server's outbox is blocked. */
const writable: Row['run'] = async (fail, tell) => {
  const server = await open(
    tell,
    { highWaterMark: 1024 },
    {
      open: (connection) => {
        while (connection.trySend('x'.repeat(1000))) continue
      },
      writable: fail,
    },
  )
  const client = await connect(placeOf(server), { framing: lines() })
  for await (const _ of client) continue
  await client.closed
  await server.close({ drain: 0 })
}

const called =
  (method: 'listen' | 'getConnections'): Row['run'] =>
  async (fail, tell) => {
    const server = createServer({ onError: tell }, ignored)
    await server.listen(loopback, method === 'listen' ? fail : undefined)
    if (method === 'getConnections') server.getConnections(fail)
    await server.close({ drain: 0 })
  }

const handlerFails = (): never => {
  throw new Error('why it is told')
}

export const serverRows: Rows = {
  'ServeRequestsOptions.handle': told(served((handle) => ({ handler: serveRequests({ handle }) }))),
  'ServeRequestsOptions.failed': told(
    served((failed) => ({
      handler: serveRequests({
        handle: () => Promise.reject(new Error('why it is called')),
        failed,
      }),
    })),
  ),
  'createServer(handler)': told(served((fail) => ({ handler: fail }))),
  'HandlerObject.open': told(served((fail) => ({ handler: { open: fail, message: ignored } }))),
  'HandlerObject.message': told(served((fail) => ({ handler: { message: fail } }))),
  'HandlerObject.writable': told(writable),
  'HandlerObject.close': told(served((fail) => ({ handler: { close: fail, message: ignored } }))),
  'ServerOptions.data': told(served((fail) => ({ options: { data: fail } }))),
  'HeartbeatOptions.isPong': told(
    served((fail) => ({ options: { heartbeat: { ping: 'ping', isPong: fail } } })),
  ),
  'HeartbeatOptions.ping': told(async (fail, tell) => {
    const clock = new VirtualClock()
    const server = await open(tell, { clock, heartbeat: { every: 1_000, ping: fail } })
    const client = await connect(placeOf(server), { framing: lines() })
    await until(() => server.connections.size === 1)
    await clock.advance(1_000)
    await client.closed
    await server.close({ drain: 0 })
  }),
  'ServerEvents.listening': told(heard('listening')),
  'ServerEvents.connection': told(heard('connection')),
  'ServerEvents.closing': told(heard('closing')),
  'ServerEvents.close': told(heard('close')),
  'ServerEvents.drop': told(heard('drop')),
  'ServerEvents.error': warned(async (fail) => {
    const server = createServer({ framing: lines() }, handlerFails)
    server.on('error', fail)
    await server.listen(loopback)
    const client = await connect(placeOf(server))
    await client.closed
    await server.close({ drain: 0 })
  }),
  'ServerEvents.error of an endpoint': warned(async (fail) => {
    const first = await open(ignored)
    const second = createServer({}, ignored)
    second.on('error', fail)
    await second.listen(placeOf(first))
    await second.close()
    await first.close({ drain: 0 })
  }),
  'ServerOptions.onError': warned(async (fail) => {
    const server = await open(ignored, { onError: fail }, handlerFails)
    const client = await connect(placeOf(server))
    await client.closed
    await server.close({ drain: 0 })
  }),
  'Server.listen(callback)': told(called('listen')),
  'Server.getConnections(callback)': told(called('getConnections')),
  'ServerCloseOptions.onDrain': told(async (fail, tell) => {
    const server = await open(tell)
    const client = await connect(placeOf(server), { framing: lines() })
    await client.send('hello')
    for await (const _ of client) break
    await server.close({ drain: 1_000, onDrain: fail })
    await client.closed
  }),
  'BroadcastOptions.filter': thrown(async (fail, tell) => {
    const server = await open(ignored)
    const client = await connect(placeOf(server), { framing: lines() })
    await until(() => server.connections.size === 1)
    try {
      server.broadcast('all', { filter: fail })
    } catch (error) {
      tell(error)
    }
    client.reset()
    await server.close({ drain: 0 })
  }),
}
