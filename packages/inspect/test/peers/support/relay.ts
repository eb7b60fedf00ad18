import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'

/** The bytes of one connection, as they were on the wire. */
export interface Taken {
  readonly up: Buffer
  readonly down: Buffer
}

/** What stands between a client and its server, and writes down each byte. */
export interface Relay {
  readonly port: number
  /** The connections so far. */
  readonly taken: Taken[]
}

/**
 * Listens on a port of its own, and takes each client on to the server.
 *
 * @param pair with it clients come by TLS, and what is written down is what was in it
 */
export async function startRelay(
  target: NetConnectOpts,
  pair?: { readonly cert: string; readonly key: string },
): Promise<Relay> {
  const pages: { up: Buffer[]; down: Buffer[] }[] = []
  const options = { ...pair, allowHalfOpen: true }
  const take = (client: Socket): void => {
    const page = { up: [] as Buffer[], down: [] as Buffer[] }
    pages.push(page)
    const upstream = connect({ ...target, allowHalfOpen: true })
    client.on('data', (bytes: Buffer) => page.up.push(bytes)).pipe(upstream)
    upstream.on('data', (bytes: Buffer) => page.down.push(bytes)).pipe(client)
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  }
  const server = pair === undefined ? createServer(options, take) : createTlsServer(options, take)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    get taken() {
      return pages.map(({ up, down }) => ({ up: Buffer.concat(up), down: Buffer.concat(down) }))
    },
  }
}
