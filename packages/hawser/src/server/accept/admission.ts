import { type Access, isDenied } from '../../policy/address/access.js'
import { AddressCounts } from '../../policy/address/address-counts.js'
import { type ConnectRate, ConnectRates } from '../../policy/address/connect-rate.js'
import type { Clock } from '../../policy/clock.js'
import type { RefusalReason } from '../../policy/connection-limit.js'
import type { TransportAddress, TransportAddresses } from '../../transport.js'

/** What decides by a peer's address whether it may come in; every default filled in. */
export interface AdmissionRules {
  readonly access: Access
  readonly maxPerAddress: number
  /** Undefined is off. */
  readonly connectRate: Required<ConnectRate> | undefined
}

/** Whatever knows who its peer is. */
interface Addressed {
  readonly addresses: TransportAddresses
}

/**
 * Decides by the peer's address. A Unix socket has none: file modes say who may connect. Nothing is
 * kept for a connection beside a count for its address, and that only where there is a limit.
 */
export class Admission {
  access: Access
  readonly maxPerAddress: number
  readonly rate: Required<ConnectRate> | undefined
  readonly #counts = new AddressCounts()
  readonly #rates: ConnectRates | undefined

  constructor({ access, maxPerAddress, connectRate }: AdmissionRules) {
    this.access = access
    this.maxPerAddress = maxPerAddress
    this.rate = connectRate
    this.#rates = connectRate === undefined ? undefined : new ConnectRates(connectRate)
  }

  /** Whether peers' addresses matter at all. */
  get isOff(): boolean {
    const { access, rate } = this
    return (
      access.allow === undefined &&
      access.deny === undefined &&
      !this.#isCounting &&
      rate === undefined
    )
  }

  /** Whether the lists keep this peer out. */
  denies(peer: TransportAddress | undefined): boolean {
    return isTcp(peer) && isDenied(this.access, peer.address)
  }

  /** How many connections are open from its address; 0 where they are not counted. */
  open(peer: TransportAddress | undefined): number {
    return this.#isCounting && isTcp(peer) ? this.#counts.of(peer.address) : 0
  }

  /** Whether its address may open one more now; takes from what it may. */
  mayConnect(peer: TransportAddress | undefined, clock: Clock): boolean {
    return this.#rates === undefined || !isTcp(peer) || this.#rates.take(peer.address, clock.now())
  }

  /** Why a client is kept out whose address a proxy told; takes from what it may. */
  refuses(client: TransportAddress | undefined, clock: Clock): RefusalReason | undefined {
    if (this.denies(client)) return 'denied'
    if (this.open(client) >= this.maxPerAddress) return 'per-address'
    return this.mayConnect(client, clock) ? undefined : 'rate'
  }

  /** It came in. */
  opened(one: Addressed): void {
    if (!this.#isCounting) return
    const peer = one.addresses.remote
    if (isTcp(peer)) this.#counts.add(peer.address)
  }

  /** It is gone. */
  closed(one: Addressed): void {
    if (!this.#isCounting) return
    const peer = one.addresses.remote
    if (isTcp(peer)) this.#counts.remove(peer.address)
  }

  get #isCounting(): boolean {
    return this.maxPerAddress !== Infinity
  }
}

function isTcp(peer: TransportAddress | undefined): peer is TransportAddress {
  return peer !== undefined && peer.family !== 'unix'
}
