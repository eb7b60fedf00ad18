import { connect, createServer, type Framing, type Handler, type HawserError, lines } from 'hawser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtEnd, loopback, portOf, serve } from '../server/support/serving.js'
import { forbidStrayErrors } from './support/strays.js'

forbidStrayErrors()

/** Values that throw when they are made text, or looked at. */
const thrown: Record<string, () => unknown> = {
  'an object without a prototype': () => Object.create(null) as unknown,
  'an object whose toString throws': () => ({
    toString() {
      throw new Error('no text')
    },
  }),
  'an error whose message throws': () =>
    Object.defineProperty(new Error(), 'message', {
      get() {
        throw new Error('no message')
      },
    }),
  'a proxy that throws when it is looked at': () =>
    new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('no prototype')
        },
      },
    ),
}

describe.each(Object.entries(thrown))('%s, thrown by a handler', (_name, make) => {
  const fail = (): never => {
    throw make()
  }
  const handlers: Record<string, Handler<string, string>> = {
    message: { message: fail },
    'message, later': { message: async () => Promise.resolve().then(fail) },
    open: { open: fail },
    close: { message: (connection) => void connection.end(), close: fail },
    'a function': fail,
    'a loop': async (connection) => {
      for await (const _ of connection) fail()
    },
  }

  it.each(Object.entries(handlers))('%s, ends its connection alone', async (_place, handler) => {
    const failures: HawserError[] = []
    const server = createServer(
      { framing: lines(), onError: (error) => void failures.push(error) },
      handler,
    )
    closeAtEnd(server)
    await server.listen(loopback)
    const client = await connect({ ...loopback, port: portOf(server) }, { framing: lines() })
    await client.send('hello')
    await client.end()
    await client.closed
    while (failures.length === 0) await new Promise(setImmediate)
    expect(failures[0]).toMatchObject({ code: 'HAWSER_HANDLER_FAILED' })
  })
})

it('a framing that can make no decoder ends the connection, also when the peer ends behind it', async () => {
  const framing: Framing<string> = {
    name: 'broken',
    maxFrame: 10,
    overhead: 0,
    createDecoder() {
      throw new Error('no decoder')
    },
    createEncoder: () => ({ encode: () => undefined }),
  }
  const server = await serve({ framing }, { message: () => undefined })
  const closed = new Promise<string>((resolve) => {
    server.on('connection', (connection) => {
      void connection.closed.then(({ reason }) => resolve(reason))
    })
  })
  const client = await connect({ ...loopback, port: portOf(server) })
  onTestFinished(() => client.reset())
  await client.send('a')
  await client.end()
  expect(await closed).toBe('frame-malformed')
})
