import type { AddressChange } from '../policy/address/address-changes.js'
import { registerOf } from './server.js'

// What a worker has to do with a server that joined, beside what every program can.

/** Connections whose PROXY header or TLS handshake is under way. */
export function openingsOf(server: object): number {
  return registerOf(server).opening.size
}

/**
 * Let the limits by address hold for several processes together.
 *
 * @param changed called with each change of this server's, for the others to hear of
 * @returns told what has changed at the others; undefined when there is no such limit
 */
export function shareAddresses(
  server: object,
  changed: (change: AddressChange) => void,
): ((changes: Iterable<AddressChange>) => void) | undefined {
  const { admission } = registerOf(server)
  if (!admission.isCounting && admission.rate === undefined) return undefined
  admission.share(changed)
  return (changes) => admission.heard(changes)
}
