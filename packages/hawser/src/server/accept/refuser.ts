import type { HawserError } from '../../errors.js'
import {
  noRefusals,
  type RefusalCounts,
  type RefusalReason,
} from '../../policy/connection-limit.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import type { TransportAddresses } from '../../transport.js'
import type { Admission } from './admission.js'
import type { Refusal } from '../server-options.js'
import type { ServerSettings } from '../server-settings.js'

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

/** What is said of a refusal, as it is when it happens. */
export interface RefusalState {
  /** Connections that are open, or about to be. */
  readonly open: number
  readonly admission: Admission
  readonly maxConnections: number
  readonly descriptorLimit: number
  readonly tls: { readonly current: { readonly handshakeTimeout: number } | undefined }
}

/** Turns connections away, counts them, and tells of them. */
export class Refuser<In, Out> {
  readonly counts: RefusalCounts = noRefusals()
  readonly #setup: ServerSettings<In, Out>
  readonly #state: RefusalState
  readonly #tell: (refusal: Refusal) => void
  #goodbyes = 0

  constructor(
    setup: ServerSettings<In, Out>,
    state: RefusalState,
    tell: (refusal: Refusal) => void,
  ) {
    this.#setup = setup
    this.#state = state
    this.#tell = tell
  }

  /** Turn it away. */
  refuse(arrival: Arrival, reason: RefusalReason): void {
    const { addresses } = arrival
    this.dismiss(arrival, reason)
    this.tell(addresses, reason, undefined)
  }

  /** Close it, with a goodbye where that can be read. */
  dismiss(arrival: Arrival, reason: RefusalReason): void {
    const { goodbye, settings } = this.#setup
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
    const { admission, open } = this.#state
    this.counts[reason] += 1
    this.#tell({
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
    })
  }

  #limitOf(reason: RefusalReason): number {
    const { admission, descriptorLimit, maxConnections, tls } = this.#state
    if (reason === 'fd-limit') return descriptorLimit
    if (reason === 'tls-handshake-timeout') return tls.current?.handshakeTimeout ?? 0
    if (reason === 'proxy-header-timeout') return this.#setup.proxy?.headerTimeout ?? 0
    if (numberless.has(reason)) return 0
    if (reason === 'per-address') return admission.maxPerAddress
    if (reason === 'rate') return admission.rate?.perSecond ?? 0
    if (reason === 'not-accepted') return this.#setup.maxWaiting
    return maxConnections
  }
}
