import { type RefusalReason, refusalOf } from '../../policy/connection-limit.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import type { TransportAddress } from '../../transport.js'
import type { Admission } from './admission.js'
import type { Holding } from './holding.js'
import type { ServerSettings } from '../server-settings.js'
import type { WaitingLine } from './waiting-line.js'

/** The server behind a gate, as it is at the moment a connection arrives. */
export interface Premises {
  /** Connections that are open, or about to be. */
  readonly open: number
  readonly maxConnections: number
  readonly descriptorLimit: number
  readonly draining: boolean
  readonly suspended: boolean
  /** Whether the server's `connection` event has listeners. */
  readonly isHeard: boolean
  readonly admission: Admission
  readonly holding: Holding | undefined
  readonly waiting: Pick<WaitingLine<unknown>, 'size' | 'isIterated' | 'isAwaited'>
}

/** Decides whether a connection may come in. */
export class Gate<In, Out> {
  readonly #setup: ServerSettings<In, Out>
  readonly #premises: Premises

  constructor(setup: ServerSettings<In, Out>, premises: Premises) {
    this.#setup = setup
    this.#premises = premises
  }

  /** Whether connections wait for an iteration: there is nothing else that takes them. */
  get mayWait(): boolean {
    const { settings, run } = this.#setup
    if (run !== undefined || settings.handler !== undefined) return false
    return this.#premises.waiting.isIterated || !this.#premises.isHeard
  }

  /**
   * The address that the rules are asked about. A proxy has still to say for which client it connects.
   */
  clientOf(arrival: Arrival): TransportAddress | undefined {
    if (this.#premises.admission.isOff) return undefined
    const { proxy } = this.#setup
    const { remote } = arrival.addresses
    return proxy?.mode === 'require' || proxy?.trusts(remote) === true ? undefined : remote
  }

  /**
   * @param suspended false for one that was here before the server was suspended
   * @returns why it may not come in, if so
   */
  reasonAgainst(
    peer: TransportAddress | undefined,
    mayWait: boolean,
    suspended: boolean = this.#premises.suspended,
  ): RefusalReason | undefined {
    const { admission, holding, waiting, open, maxConnections, descriptorLimit, draining } =
      this.#premises
    return refusalOf({
      open: open + (holding?.size ?? 0),
      // Where connections wait for room, they are not refused for want of it.
      maxConnections: holding === undefined ? maxConnections : Infinity,
      descriptorLimit,
      waiting: waiting.size,
      maxWaiting: mayWait && !waiting.isAwaited ? this.#setup.maxWaiting : Infinity,
      denied: admission.denies(peer),
      sameAddress: admission.open(peer),
      maxPerAddress: admission.maxPerAddress,
      draining,
      suspended,
    })
  }
}
