import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type NetConnectOpts } from 'node:net'
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

/** Listens on a port of its own, and takes each client on to the server. */
export async function startRelay(target: NetConnectOpts): Promise<Relay> {
  const pages: { up: Buffer[]; down: Buffer[] }[] = []
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const page = { up: [] as Buffer[], down: [] as Buffer[] }
    pages.push(page)
    const upstream = connect({ ...target, allowHalfOpen: true })
    client.on('data', (bytes: Buffer) => page.up.push(bytes)).pipe(upstream)
    upstream.on('data', (bytes: Buffer) => page.down.push(bytes)).pipe(client)
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
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
