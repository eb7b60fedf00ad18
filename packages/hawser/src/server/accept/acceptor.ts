import { tell } from '../../callbacks.js'
import type { CloseInfo } from '../../connection/end/close-info.js'
import { engineOf } from '../../connection/connection.js'
import type { Connection } from '../../connection/face.js'
import type { Engine } from '../../connection/engine.js'
import type { ConnectionServer, ServerConnection } from '../../connection/server-face.js'
import { publishOpen } from '../../connection/publications.js'
import type { ConnectionOwner } from '../../connection/connection-settings.js'
import type { HawserError } from '../../errors.js'
import { addTraffic, noTraffic, type Traffic } from '../../observe/counters.js'
import { checkOptions } from '../../options/check-options.js'
import type { OpeningCode, RefusalCounts, RefusalReason } from '../../policy/connection-limit.js'
import { reasonOf } from '../../policy/reason.js'
import { DescriptorShare } from '../../socket/listen/descriptors.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import type { ListenerOwner } from '../../socket/listen/listener.js'
import { SocketArrival } from '../../socket/listen/socket-arrival.js'
import { type HeaderRules, readProxyHeader } from '../../socket/listen/proxy-phase.js'
import type { SocketTransport } from '../../socket/socket-transport.js'
import { ServerTls } from '../../socket/tls/server-tls.js'
import { TlsStore } from '../../socket/tls/tls-store.js'
import { tlsServerNames, type TlsServerOptions } from '../../tls.js'
import type { Transport } from '../../transport.js'
import { Admission } from './admission.js'
import type { Drain } from '../drain.js'
import { Gate, type Premises } from './gate.js'
import { clientOf, isProbe, prepareTls } from './opening.js'
import { Openings } from './openings.js'
import { Groups } from '../groups/groups.js'
import { Holding, type HoldingOwner } from './holding.js'
import type { Refusal, ServerCloseOptions } from '../server-options.js'
import { Refuser } from './refuser.js'
import type { ServerSettings } from '../server-settings.js'
import { WaitingLine } from './waiting-line.js'
import { welcome } from './welcome.js'

/** What the acceptor tells the server. */
export interface AcceptorOwner<In, Out> {
  readonly server: ConnectionServer<In, Out>
  /** Whether the event `connection` has listeners. */
  readonly isHeard: boolean
  connected(connection: ServerConnection<In, Out>): void
  refused(refusal: Refusal): void
  failed(error: HawserError, connection: ServerConnection<In, Out> | undefined): void
  closed(engine: Engine<In, Out>): void
}

/** Decides about each arriving connection, and keeps the register of those that came in. */
export class Acceptor<In, Out>
  implements ConnectionOwner<In, Out>, ListenerOwner, HoldingOwner, Premises
{
  readonly engines: Set<Engine<In, Out>> = new Set()
  readonly waiting: WaitingLine<ServerConnection<In, Out>> = new WaitingLine()
  readonly admission: Admission
  readonly groups: Groups<In, Out>
  readonly openings: Openings = new Openings()
  readonly tls: TlsStore
  /** Those that wait for room; undefined where none may wait. */
  readonly holding: Holding | undefined
  accepted = 0
  vanishedCount = 0
  draining = false
  readonly #setup: ServerSettings<In, Out>
  readonly #owner: AcceptorOwner<In, Out>
  readonly #gate: Gate<In, Out>
  readonly #refuser: Refuser<In, Out>
  readonly #past = noTraffic()
  readonly #descriptors = new DescriptorShare()
  #maxConnections: number
  #suspended = false

  constructor(setup: ServerSettings<In, Out>, owner: AcceptorOwner<In, Out>) {
    this.#setup = setup
    this.#owner = owner
    this.admission = new Admission(setup.admission, setup.settings.clock)
    this.groups = new Groups(setup.groups, this)
    this.#maxConnections = setup.maxConnections
    this.#gate = new Gate(setup, this)
    this.#refuser = new Refuser(setup, this, (refusal) => owner.refused(refusal))
    this.holding = setup.mostHeld === 0 ? undefined : new Holding(setup.mostHeld, this)
    this.tls = new TlsStore(setup.tls, (error) => owner.failed(error, undefined))
    // A limit of none is reached from the beginning.
    this.holding?.moved()
  }

  get refusals(): Readonly<RefusalCounts> {
    return this.#refuser.counts
  }

  get maxConnections(): number {
    return this.#maxConnections
  }

  set maxConnections(count: number) {
    this.#maxConnections = count
    this.holding?.moved()
  }

  get suspended(): boolean {
    return this.#suspended
  }

  set suspended(is: boolean) {
    this.#suspended = is
    if (is) this.#release('suspended')
  }

  get isHeard(): boolean {
    return this.#owner.isHeard
  }

  /** Connections that are open, or about to be. */
  get open(): number {
    return this.engines.size + this.openings.size
  }

  /** The most connections that the process's file descriptors allow this server now. */
  get descriptorLimit(): number {
    return this.#descriptors.limit
  }

  /** What went through all connections, those that are gone included. */
  get traffic(): Traffic {
    const sum = { ...this.#past }
    for (const { connection } of this.engines) addTraffic(sum, connection)
    return sum
  }

  /** For observers. */
  get server(): ConnectionServer<In, Out> {
    return this.#owner.server
  }

  /** Leave room for what is open now, and for the `endpoints` that are about to be. */
  limitDescriptors(endpoints: number): void {
    // Connections of another network need none.
    if (this.#setup.listener.network !== undefined) return
    this.#descriptors.reserve(endpoints)
  }

  /** Accept no more connections, and let the open ones come to their end. */
  drain(drain: Drain<In, Out>, onDrain: ServerCloseOptions<In, Out>['onDrain']): void {
    this.draining = true
    this.#release('draining')
    this.tls.unwatch()
    drain.await(this.openings.end())
    this.waiting.end()
    for (const engine of onDrain === undefined ? [] : this.engines) {
      tell(
        () => onDrain?.(engine.connection as ServerConnection<In, Out>),
        (cause) => engine.handlerFailed(cause),
      )
    }
    drain.start(this.engines)
  }

  vanished(): void {
    this.vanishedCount += 1
  }

  arrived(arrival: Arrival): void {
    const { admission, holding } = this
    const peer = this.#gate.clientOf(arrival)
    const { proxy } = this.#setup
    let reason = this.#gate.reasonAgainst(peer, this.#gate.mayWait)
    if (reason === undefined && proxy?.bars(arrival.addresses.remote)) reason = 'proxy-untrusted'
    if (reason === undefined && !admission.mayConnect(peer)) reason = 'rate'
    if (reason !== undefined) this.#refuser.refuse(arrival, reason)
    else if (holding?.mustWait !== true) this.#letIn(arrival)
    else if (holding.hold(arrival)) this.#count(arrival, 'opened')
    else this.#refuser.refuse(arrival, 'limit')
  }

  admit(arrival: Arrival): void {
    this.#count(arrival, 'closed')
    if (arrival.isGone) {
      arrival.refuse()
      this.vanished()
      return
    }
    const reason = this.#gate.reasonAgainst(this.#gate.clientOf(arrival), this.#gate.mayWait)
    if (reason === undefined) this.#letIn(arrival)
    else this.#refuser.refuse(arrival, reason)
  }

  prepareTls(transport: Transport, options: TlsServerOptions | undefined): () => Promise<void> {
    if (options !== undefined) checkOptions(options, tlsServerNames, 'tls')
    const tls = options === undefined ? this.tls.current : new ServerTls(options)
    return prepareTls(this.server, transport, tls, this.#setup.settings.clock)
  }

  failed(error: HawserError, connection?: Connection<In, Out>): void {
    this.#owner.failed(error, connection as ServerConnection<In, Out> | undefined)
  }

  closed(connection: Connection<In, Out>, _info: CloseInfo): void {
    const engine = engineOf(connection)
    if (!this.engines.delete(engine)) return
    addTraffic(this.#past, connection)
    this.waiting.remove(connection as ServerConnection<In, Out>)
    this.groups.closed(engine)
    this.admission.closed(engine.transport)
    this.#owner.closed(engine)
    this.#moved()
  }

  /** Refuse those who wait for room. */
  #release(reason: RefusalReason): void {
    for (const arrival of this.holding?.clear() ?? []) {
      this.#count(arrival, 'closed')
      this.#refuser.refuse(arrival, reason)
    }
  }

  #moved(): void {
    this.#useDescriptors()
    this.holding?.moved()
  }

  /** Those who wait for room have descriptors as well. */
  #useDescriptors(): void {
    this.#descriptors.use(this.open + (this.holding?.size ?? 0))
  }

  /** Those who wait count for their address, if it is theirs. */
  #count(arrival: Arrival, what: 'opened' | 'closed'): void {
    this.#useDescriptors()
    if (this.#gate.clientOf(arrival) !== undefined) this.admission[what](arrival)
  }

  #letIn(arrival: Arrival): void {
    const { proxy } = this.#setup
    const header = proxy?.trusts(arrival.addresses.remote) === true ? proxy : undefined
    if (arrival instanceof SocketArrival && (arrival.secure || header !== undefined)) {
      void this.#open(arrival, header).then(() => this.#moved())
    } else this.#take(arrival.take(), this.#gate.mayWait)
    this.#moved()
  }

  /** Do what has to be done before the first message, and let it in then. */
  async #open(arrival: SocketArrival, header: HeaderRules | undefined): Promise<void> {
    const { clock } = this.#setup.settings
    const transport = arrival.take()
    let reason: RefusalReason | undefined
    let error: HawserError<OpeningCode> | undefined
    try {
      await this.openings.begin(transport, async () => {
        if (header !== undefined) {
          await readProxyHeader(transport, header, clock)
          reason = this.admission.refuses(clientOf(transport))
        }
        if (reason === undefined && arrival.secure) await this.#secure(transport)
      })
    } catch (cause) {
      error = cause as HawserError<OpeningCode>
    }
    if (isProbe(error, transport) && !this.draining) {
      this.vanished()
      return
    }
    const mayWait = this.#gate.mayWait
    if (error !== undefined && !this.draining) reason = reasonOf(error.code)
    // It was here before the server was suspended, if it is.
    reason ??= this.#gate.reasonAgainst(clientOf(transport), mayWait, false)
    if (reason === undefined) this.#take(transport, mayWait)
    else {
      const { addresses } = transport
      if (error === undefined) this.#refuser.dismiss(arrival, reason)
      this.#refuser.tell(addresses, reason, error)
    }
  }

  async #secure(transport: SocketTransport): Promise<void> {
    this.admission.opened(transport)
    try {
      await this.prepareTls(transport, undefined)()
    } finally {
      this.admission.closed(transport)
    }
  }

  #take(transport: Transport, mayWait: boolean): void {
    const { run } = this.#setup
    const { engine, connection, ...newcomer } = welcome(transport, this.#setup, this)
    let { failure } = newcomer
    this.engines.add(engine)
    this.admission.opened(engine.transport)
    this.accepted += 1
    publishOpen(engine)
    try {
      if (failure === undefined) this.#owner.connected(connection)
    } catch (cause) {
      failure = { cause }
    }
    engine.start()
    if (failure !== undefined) engine.handlerFailed(failure.cause)
    else if (run !== undefined) engine.run(run as (connection: Connection<In, Out>) => unknown)
    else if (mayWait) this.waiting.add(connection)
  }
}
