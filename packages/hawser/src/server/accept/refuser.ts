import type { HawserError } from '../../errors.js'
import {
  noRefusals,
  type RefusalCounts,
  type RefusalReason,
} from '../../policy/connection-limit.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import type { TransportAddresses } from '../../transport.js'
import type { AcceptParts } from './accept-parts.js'
import type { Refusal } from '../server-options.js'
import { publishRefuse } from '../server-publications.js'

/** Goodbyes under way at once: each holds a descriptor that a served connection could have. */
const mostGoodbyes = 16

/** Refusals that no limit was met by. */
const numberless: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'denied',
  'tls-handshake-failed',
  'tls-certificate-invalid',
  'proxy-header-invalid',
  'proxy-untrusted',
])

/** Turns connections away, counts them, and tells of them. */
export class Refuser<In, Out> {
  readonly counts: RefusalCounts = noRefusals()
  readonly #parts: AcceptParts<In, Out>
  #goodbyes = 0

  constructor(parts: AcceptParts<In, Out>) {
    this.#parts = parts
  }

  /** Turn it away. */
  refuse(arrival: Arrival, reason: RefusalReason): void {
    const { addresses } = arrival
    this.dismiss(arrival, reason)
    this.tell(addresses, reason, undefined)
  }

  /** Close it, with a goodbye where that can be read. */
  dismiss(arrival: Arrival, reason: RefusalReason): void {
    const { goodbye, settings } = this.#parts.setup
    // It is for those who could read it: under TLS nothing was agreed on yet.
    if (
      goodbye === undefined ||
      arrival.secure ||
      reason === 'fd-limit' ||
      this.#goodbyes >= mostGoodbyes
    ) {
      arrival.refuse()
      return
    }
    this.#goodbyes += 1
    arrival.sayGoodbye(goodbye(), settings.clock, () => {
      this.#goodbyes -= 1
    })
  }

  /** Count one that is closed, and tell of it. */
  tell(
    { local, remote }: TransportAddresses,
    reason: RefusalReason,
    error: HawserError | undefined,
  ): void {
    const { failures, register, server } = this.#parts
    const { admission, open } = register
    this.counts[reason] += 1
    const refusal: Refusal = {
      reason,
      connections: reason === 'per-address' ? admission.open(remote) : open,
      limit: this.#limitOf(reason),
      remoteAddress: remote?.address,
      remotePort: remote?.port,
      remoteFamily: remote?.family,
      localAddress: local?.address,
      localPort: local?.port,
      localFamily: local?.family,
      error,
    }
    publishRefuse(server, refusal)
    failures.announce('drop', () => server.emit('drop', refusal))
  }

  #limitOf(reason: RefusalReason): number {
    const { setup, register, tls } = this.#parts
    const { admission, descriptorLimit, maxConnections } = register
    if (reason === 'fd-limit') return descriptorLimit
    if (reason === 'tls-handshake-timeout') return tls.current?.handshakeTimeout ?? 0
    if (reason === 'proxy-header-timeout') return setup.proxy?.headerTimeout ?? 0
    if (numberless.has(reason)) return 0
    if (reason === 'per-address') return admission.maxPerAddress
    if (reason === 'rate') return admission.rate?.perSecond ?? 0
    if (reason === 'not-accepted') return setup.maxWaiting
    return maxConnections
  }
}
