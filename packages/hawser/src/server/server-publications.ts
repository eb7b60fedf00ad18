import { serverHandshake, serverListen, serverRefuse } from '../observe/channels.js'
import type { HandshakePayload, ListenPayload, RefusePayload } from '../observe/payloads.js'
import type { Refusal } from './server-options.js'

/** Tell observers that a server listens. */
export function publishListen(server: object, address: ListenPayload['address']): void {
  if (!serverListen.hasSubscribers) return
  serverListen.publish({ server, address } satisfies ListenPayload)
}

/** Publish that a server refused a connection. */
export function publishRefuse(server: object, refusal: Refusal): void {
  if (!serverRefuse.hasSubscribers) return
  serverRefuse.publish({ server, refusal } satisfies RefusePayload)
}

/** Tell observers that a TLS handshake is done. */
export function publishHandshake(payload: HandshakePayload): void {
  if (serverHandshake.hasSubscribers) serverHandshake.publish(payload)
}
