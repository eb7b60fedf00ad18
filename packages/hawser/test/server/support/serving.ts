import { type Connection, type Handler, Server, type ServerOptions } from 'hawser'
import { onTestFinished } from 'vitest'

export const loopback = { host: '127.0.0.1', port: 0 } as const

/** Both ways of reading: the static buffer, and the plain event. */
export const readWays = [
  ['reading into the static buffer', true],
  ['reading by the data event', false],
] as const

/** A server that is closed when the test ends, and listens nowhere yet. */
export function make<In = Uint8Array, Out = Uint8Array | string>(
  options: ServerOptions<In, Out> = {},
  handler?: Handler<In, Out>,
): Server<In, Out> {
  const server = new Server(options, handler)
  closeAtEnd(server)
  return server
}

/** A server on a free port, closed when the test ends. */
export async function serve<In = Uint8Array, Out = Uint8Array | string>(
  options: ServerOptions<In, Out> = {},
  handler?: Handler<In, Out>,
): Promise<Server<In, Out>> {
  return make(options, handler).listen(loopback)
}

/** The port of a server on TCP. */
export function portOf(server: Pick<Server, 'address'>): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return address.port
}

export function closeAtEnd<In, Out>(server: Server<In, Out>): void {
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
}

/** The next connection that a server accepts. */
export function nextConnection<In, Out>(server: Server<In, Out>): Promise<Connection<In, Out>> {
  return new Promise((resolve) => {
    server.once('connection', resolve)
  })
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}
