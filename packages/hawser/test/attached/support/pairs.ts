import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { WebStreamPair } from '../../../src/attached/web-stream-transport.js'
import { identities } from '../../tls/support/identities.js'

/** Two ends that were made without the library, and what made them. */
export interface Pair<End> {
  readonly left: End
  readonly right: End
  stop(): void
}

/** Both ends of a TCP connection, as node:net makes them. */
export async function netPair(): Promise<Pair<net.Socket>> {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[net.Socket]>
  const left = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const [[right]] = await Promise.all([accepted, once(left, 'connect')])
  return { left, right, stop: () => server.close() }
}

/** Both ends of a TLS connection, as node:tls makes them. */
export async function tlsPair(): Promise<Pair<Duplex>> {
  const { ca, site } = await identities
  const { left, right, ...pair } = await netPair()
  const server = new tls.TLSSocket(right, { isServer: true, key: site.key, cert: site.cert })
  const client = tls.connect({ socket: left, ca, servername: 'localhost', checkServerIdentity })
  await Promise.all([once(server, 'secure'), once(client, 'secureConnect')])
  return { left: client, right: server, stop: () => pair.stop() }
}

/** The certificate is for another name. */
function checkServerIdentity(): undefined {}

/** One that takes a little before it is read. */
function webStream(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({}, undefined, new CountQueuingStrategy({ highWaterMark: 2 }))
}

/** Both ends of a pair of WHATWG streams. */
export function webPair(): Pair<WebStreamPair> {
  const [there, back] = [webStream(), webStream()]
  return {
    left: { readable: back.readable, writable: there.writable },
    right: { readable: there.readable, writable: back.writable },
    stop: () => undefined,
  }
}
