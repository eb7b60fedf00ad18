import { type Backplane, type BackplaneCodec, connect, lines, memoryBackplane } from 'hawser'
import { open, placeOf, type Row, type Rows, type Fail, told, thrown, until } from './walk.js'

const failed = 'HAWSER_BACKPLANE_FAILED'
const nothing = (): void => undefined
const mute: Backplane = {
  nodeId: 'own',
  open: nothing,
  subscribe: nothing,
  unsubscribe: nothing,
  publish: nothing,
  close: nothing,
}

/** A server on a backplane one of whose methods fails, that uses all of them. */
function used(method: Exclude<keyof Backplane, 'nodeId' | 'queued' | 'connected'>): Row['run'] {
  return async (fail, tell) => {
    const server = await open(tell, { backplane: { ...mute, [method]: fail } })
    const client = await connect(placeOf(server), { framing: lines() })
    await until(() => server.connections.size === 1)
    for (const connection of server.connections) {
      connection.join('news')
      server.to('news').send('one')
      server.broadcast('two')
      server.info()
      connection.leave('news')
    }
    client.reset()
    await server.close({ drain: 0 })
  }
}

/** Two nodes, the second of which has a member. */
function coded(make: (fail: Fail) => Partial<BackplaneCodec<string>>): Row['run'] {
  return async (fail, tell) => {
    const hub = memoryBackplane()
    const backplaneCodec: BackplaneCodec<string> = {
      encode: (message) => Buffer.from(message),
      decode: (bytes) => String(bytes),
      ...make(fail),
    }
    let count = 0
    const onError = (error: unknown): void => {
      count += 1
      tell(error)
    }
    const [first, second] = [
      await open(onError, { backplane: hub.node(), backplaneCodec }),
      await open(onError, { backplane: hub.node(), backplaneCodec }),
    ]
    const client = await connect(placeOf(second), { framing: lines() })
    await until(() => second.connections.size === 1)
    first.broadcast('hello')
    await until(() => count > 0)
    client.reset()
    await first.close({ drain: 0 })
    await second.close({ drain: 0 })
  }
}

export const backplaneRows: Rows = {
  'Backplane.open': thrown(async (fail, tell) => {
    await open(nothing, { backplane: { ...mute, open: fail } }).catch(tell)
  }),
  'Backplane.subscribe': told(used('subscribe'), failed),
  'Backplane.unsubscribe': told(used('unsubscribe'), failed),
  'Backplane.publish': told(used('publish'), failed),
  'Backplane.nodes': told(used('nodes'), failed),
  'Backplane.refused': told(async (fail, tell) => {
    const backplaneCodec: BackplaneCodec<string> = {
      encode: () => {
        throw new Error('why it is refused')
      },
      decode: String,
    }
    const heard = (error: unknown): void => {
      if ((error as { op?: unknown }).op === 'refused') tell(error)
    }
    const backplane = { ...mute, refused: fail }
    const server = await open(heard, { backplane, backplaneCodec })
    server.broadcast('one')
    await server.close({ drain: 0 })
  }, failed),
  'Backplane.close': told(used('close'), failed),
  'ServerEvents.backplane': told(async (fail, tell) => {
    let reconnect = nothing
    const own: Backplane = {
      ...mute,
      open: (listener) => {
        reconnect = () => listener.reconnected()
      },
    }
    const server = await open(tell, { backplane: own })
    server.on('backplane', fail)
    reconnect()
    await server.close({ drain: 0 })
  }),
  'BackplaneCodec.encode': told(
    coded((encode) => ({ encode })),
    failed,
  ),
  'BackplaneCodec.decode': told(
    coded((decode) => ({ decode })),
    failed,
  ),
}
