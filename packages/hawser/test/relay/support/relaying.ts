import net from 'node:net'
import { type Connection, connect, relay, type RelayResult, type Server } from 'hawser'
import { defer } from '../../connection/support/turns.js'
import { serve } from '../../server/support/serving.js'

export interface Ends {
  readonly inner: Connection
  readonly outer: Connection
}

export interface Relayed {
  readonly server: Server
  readonly result: Promise<RelayResult>
  readonly ends: Promise<Ends>
}

export interface RelayTo {
  readonly fastRead: boolean
  readonly signal?: AbortSignal | undefined
  /** What is waited for, with the upstream connected, before the relay begins. */
  readonly before?: ((ends: Ends) => Promise<unknown>) | undefined
}

/** A server that relays its one connection to `port`. */
export async function relayTo(port: number, options: RelayTo): Promise<Relayed> {
  const { fastRead, signal, before } = options
  const result = defer<RelayResult>()
  const ends = defer<Ends>()
  result.promise.catch(() => undefined)
  const server = await serve({ fastRead }, async (inner) => {
    const outer = await connect({ host: '127.0.0.1', port }, { fastRead })
    ends.resolve({ inner, outer })
    try {
      await before?.({ inner, outer })
      result.resolve(await relay(inner, outer, { signal }))
    } catch (error) {
      result.reject(error as Error)
    }
  })
  return { server, result: result.promise, ends: ends.promise }
}

/** A server for one connection. @returns its port */
export function upstream(handler: (socket: net.Socket) => void): Promise<number> {
  return new Promise((resolve) => {
    const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
      handler(socket)
      socket.on('close', () => listener.close())
    })
    listener.listen(0, '127.0.0.1', () => resolve((listener.address() as net.AddressInfo).port))
  })
}
