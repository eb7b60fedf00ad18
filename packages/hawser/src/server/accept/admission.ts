import { type Access, isDenied } from '../../policy/address/access.js'
import type { AddressChange } from '../../policy/address/address-changes.js'
import { AddressCounts } from '../../policy/address/address-counts.js'
import { type ConnectRate, ConnectRates } from '../../policy/address/connect-rate.js'
import type { Clock } from '../../policy/clock.js'
import { addressKey } from '../../policy/address/ip-address.js'
import type { RefusalReason } from '../../policy/connection-limit.js'
import type { TransportAddress, TransportAddresses } from '../../transport.js'

/** What decides by a peer's address whether it may come in; every default filled in. */
export interface AdmissionRules {
  readonly access: Access
  readonly maxPerAddress: number
  /** Bits of an IPv6 address by which peers are told apart. */
  readonly ipv6Prefix: number
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
  readonly #prefix: number
  readonly #counts = new AddressCounts()
  /** Connections that other processes have. */
  readonly #elsewhere = new AddressCounts()
  readonly #rates: ConnectRates | undefined
  readonly #clock: Clock
  #changed: ((change: AddressChange) => void) | undefined

  constructor({ access, maxPerAddress, ipv6Prefix, connectRate }: AdmissionRules, clock: Clock) {
    this.#clock = clock
    this.access = access
    this.maxPerAddress = maxPerAddress
    this.#prefix = ipv6Prefix
    this.rate = connectRate
    this.#rates = connectRate === undefined ? undefined : new ConnectRates(connectRate)
  }

  /** Whether peers' addresses matter at all. */
  get isOff(): boolean {
    const { access, rate } = this
    return (
      access.allow === undefined &&
      access.deny === undefined &&
      !this.isCounting &&
      rate === undefined
    )
  }

  /** Whether the lists keep this peer out. */
  denies(peer: TransportAddress | undefined): boolean {
    return isTcp(peer) && isDenied(this.access, peer.address)
  }

  /** How many connections are open from its address; 0 where they are not counted. */
  open(peer: TransportAddress | undefined): number {
    if (!this.isCounting || !isTcp(peer)) return 0
    const key = this.#keyOf(peer)
    return this.#counts.of(key) + this.#elsewhere.of(key)
  }

  /** Whether its address may open one more now; takes from what it may. */
  mayConnect(peer: TransportAddress | undefined): boolean {
    if (this.#rates === undefined || !isTcp(peer)) return true
    const key = this.#keyOf(peer)
    const may = this.#rates.take(key, this.#clock.now())
    if (may) this.#changed?.([key, 0, 1])
    return may
  }

  /** Why a client is kept out whose address a proxy told; takes from what it may. */
  refuses(client: TransportAddress | undefined): RefusalReason | undefined {
    if (this.denies(client)) return 'denied'
    if (this.open(client) >= this.maxPerAddress) return 'per-address'
    return this.mayConnect(client) ? undefined : 'rate'
  }

  /** It came in. */
  opened(one: Addressed): void {
    this.#count(one, 1)
  }

  /** It is gone. */
  closed(one: Addressed): void {
    this.#count(one, -1)
  }

  /**
   * Other processes serve the same clients, and the limits hold for all of them together.
   *
   * @param changed called with each change here, for the others to hear of
   */
  share(changed: (change: AddressChange) => void): void {
    this.#changed = changed
  }

  /** What has changed elsewhere. */
  heard(changes: Iterable<AddressChange>): void {
    for (const [key, open, opened] of changes) {
      if (this.isCounting) this.#elsewhere.change(key, open)
      if (opened > 0) this.#rates?.taken(key, opened, this.#clock.now())
    }
  }

  #keyOf({ address }: TransportAddress): string {
    return addressKey(address, this.#prefix)
  }

  #count({ addresses }: Addressed, by: number): void {
    const peer = addresses.remote
    if (!this.isCounting || !isTcp(peer)) return
    const key = this.#keyOf(peer)
    this.#counts.change(key, by)
    this.#changed?.([key, by, 0])
  }

  /** Whether connections are counted by address. */
  get isCounting(): boolean {
    return this.maxPerAddress !== Infinity
  }
}

function isTcp(peer: TransportAddress | undefined): peer is TransportAddress {
  return peer !== undefined && peer.family !== 'unix'
}
