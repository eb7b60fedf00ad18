import {
  type CloseInfo,
  type Connection,
  createServer,
  type HandlerObject,
  type HawserError,
  type Server,
  type ServerOptions,
} from 'hawser'
import { onTestFinished } from 'vitest'

/** The ways in which a program takes its messages. */
export const ways = [
  'iteration',
  'a handler object',
  'a WHATWG stream',
  'a Node.js stream',
] as const
export type Way = (typeof ways)[number]

/** What one connection brought its consumer, once it is over. */
export interface Outcome<In> {
  /** Everything that was delivered. */
  readonly messages: In[]
  /** What the consumer's loop threw; the handler object learns of it in `close`. */
  readonly thrown: HawserError | undefined
  readonly info: CloseInfo
}

export interface Serving<In, Out> {
  readonly server: Server<In, Out>
  /** Fulfils when the first connection is over. */
  readonly outcome: Promise<Outcome<In>>
}

/** A server on a free port that consumes its first connection in the given way. */
export async function serve<In, Out>(
  way: Way,
  options: ServerOptions<In, Out>,
): Promise<Serving<In, Out>> {
  const messages: In[] = []
  let settle!: (outcome: Outcome<In>) => void
  const outcome = new Promise<Outcome<In>>((resolve) => {
    settle = resolve
  })
  const server = createServer(options, handlerFor(way, messages, settle))
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  return { server, outcome }
}

function handlerFor<In, Out>(
  way: Way,
  messages: In[],
  settle: (outcome: Outcome<In>) => void,
): HandlerObject<In, Out> | ((connection: Connection<In, Out>) => Promise<void>) {
  if (way === 'a handler object') {
    return {
      message: (_connection, message) => void messages.push(message),
      close: (_connection, info) => settle({ messages, thrown: info.error, info }),
    }
  }
  return async (connection) => {
    let thrown: HawserError | undefined
    try {
      for await (const message of sourceOf(way, connection)) messages.push(message)
      if (way !== 'iteration') await connection.end()
    } catch (error) {
      thrown = error as HawserError
    }
    void connection.closed.then((info) => settle({ messages, thrown, info }))
  }
}

function sourceOf<In, Out>(way: Way, connection: Connection<In, Out>): AsyncIterable<In> {
  if (way === 'iteration') return connection
  return way === 'a WHATWG stream' ? connection.readable : connection.duplex()
}
