import type { HawserError } from '../../errors.js'
import { type RefusalCounts, type RefusalReason, refusalOf } from '../../policy/connection-limit.js'
import { reasonOf } from '../../policy/reason.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import type { ListenerOwner } from '../../socket/listen/listener.js'
import type { HeaderRules } from '../../socket/listen/proxy-phase.js'
import { TlsStore } from '../../socket/tls/tls-store.js'
import type { TransportAddress } from '../../transport.js'
import type { Drain } from '../drain.js'
import type { Failures } from '../failures.js'
import type { ServerEmitter } from '../server-events.js'
import type { ServerCloseOptions } from '../server-options.js'
import type { ServerSettings } from '../server-settings.js'
import type { AcceptParts } from './accept-parts.js'
import { Keeper } from './keeper.js'
import { clientOf, isProbe, Opener } from './opener.js'
import { Refuser } from './refuser.js'
import { Register } from './register.js'

/**
 * The way of an arriving connection: it is decided about, then turned away, held until there is room,
 * or let in. Those that do it share the register and know neither this nor one another.
 */
export class Acceptor<In, Out> implements ListenerOwner {
  readonly register: Register<In, Out>
  readonly tls: TlsStore
  readonly keeper: Keeper<In, Out>
  readonly #setup: ServerSettings<In, Out>
  readonly #failures: Failures<In, Out>
  readonly #opener: Opener<In, Out>
  readonly #refuser: Refuser<In, Out>

  constructor(
    setup: ServerSettings<In, Out>,
    server: ServerEmitter<In, Out>,
    failures: Failures<In, Out>,
  ) {
    this.#setup = setup
    this.#failures = failures
    this.register = new Register(setup, (arrival) => this.#admit(arrival))
    this.tls = new TlsStore(setup.tls, (error) => failures.note(error, undefined))
    const { register, tls } = this
    const parts: AcceptParts<In, Out> = { setup, register, tls, server, failures }
    this.keeper = new Keeper(parts)
    this.#opener = new Opener(parts)
    this.#refuser = new Refuser(parts)
  }

  get refusals(): Readonly<RefusalCounts> {
    return this.#refuser.counts
  }

  get suspended(): boolean {
    return this.register.suspended
  }

  set suspended(is: boolean) {
    this.register.suspended = is
    if (is) this.#release('suspended')
  }

  /** Accept no more connections, and let the open ones come to their end. */
  drain(drain: Drain<In, Out>, onDrain: ServerCloseOptions<In, Out>['onDrain']): void {
    this.register.draining = true
    this.#release('draining')
    this.tls.unwatch()
    drain.await(this.#opener.end())
    this.register.waiting.end()
    this.keeper.drain(drain, onDrain)
  }

  vanished(): void {
    this.register.vanished += 1
  }

  failed(error: HawserError): void {
    this.#failures.note(error, undefined)
  }

  arrived(arrival: Arrival): void {
    const { register } = this
    const { proxy } = this.#setup
    const { holding } = register
    const peer = this.#peerOf(arrival)
    const { mayWait } = this.keeper
    let reason = refusalOf(register.stateFor(peer, mayWait))
    if (reason === undefined && proxy?.bars(arrival.addresses.remote)) reason = 'proxy-untrusted'
    if (reason === undefined && !register.admission.mayConnect(peer)) reason = 'rate'
    if (reason !== undefined) this.#refuser.refuse(arrival, reason)
    else if (holding?.mustWait !== true) this.#letIn(arrival, mayWait)
    else if (holding.hold(arrival)) this.#count(arrival, 'opened')
    else this.#refuser.refuse(arrival, 'limit')
  }

  /** The turn of one that has waited for room has come. */
  #admit(arrival: Arrival): void {
    this.#count(arrival, 'closed')
    if (arrival.isGone) {
      arrival.refuse()
      this.vanished()
      return
    }
    const { mayWait } = this.keeper
    const reason = refusalOf(this.register.stateFor(this.#peerOf(arrival), mayWait))
    if (reason === undefined) this.#letIn(arrival, mayWait)
    else this.#refuser.refuse(arrival, reason)
  }

  /** Refuse those who wait for room. */
  #release(reason: RefusalReason): void {
    for (const arrival of this.register.holding?.clear() ?? []) {
      this.#count(arrival, 'closed')
      this.#refuser.refuse(arrival, reason)
    }
  }

  /** Those who wait count for their address, if it is theirs. */
  #count(arrival: Arrival, what: 'opened' | 'closed'): void {
    this.register.moved()
    if (this.#peerOf(arrival) !== undefined) this.register.admission[what](arrival)
  }

  /**
   * The address that the rules are asked about. A proxy has still to say for which client it connects.
   */
  #peerOf(arrival: Arrival): TransportAddress | undefined {
    if (this.register.admission.isOff) return undefined
    const { proxy } = this.#setup
    const { remote } = arrival.addresses
    return proxy?.mode === 'require' || proxy?.trusts(remote) === true ? undefined : remote
  }

  #letIn(arrival: Arrival, mayWait: boolean): void {
    const { proxy } = this.#setup
    const header = proxy?.trusts(arrival.addresses.remote) === true ? proxy : undefined
    if (arrival.secure || header !== undefined) {
      void this.#open(arrival, header).then(() => this.register.moved())
    } else this.keeper.begin(arrival.take(), mayWait)
    this.register.moved()
  }

  /** Do what has to be done before the first message, and let it in then. */
  async #open(arrival: Arrival, header: HeaderRules | undefined): Promise<void> {
    const transport = arrival.take()
    const { error, reason: objection } = await this.#opener.open(transport, header, arrival.secure)
    const { draining } = this.register
    if (isProbe(error, transport) && !draining) {
      this.vanished()
      return
    }
    const { mayWait } = this.keeper
    const reason =
      (error === undefined || draining ? objection : reasonOf(error.code)) ??
      // It was here before the server was suspended, if it is.
      refusalOf(this.register.stateFor(clientOf(transport), mayWait, false))
    if (reason === undefined) this.keeper.begin(transport, mayWait)
    else {
      const { addresses } = transport
      if (error === undefined) this.#refuser.dismiss(arrival, reason)
      this.#refuser.tell(addresses, reason, error)
    }
  }
}
