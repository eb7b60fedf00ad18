import { engineOf } from '../../connection/connection.js'
import type { Engine } from '../../connection/engine.js'
import type { Connection } from '../../connection/face.js'
import type { ServerConnection } from '../../connection/server-face.js'
import { addTraffic, noTraffic, type Traffic } from '../../observe/counters.js'
import type { AcceptState } from '../../policy/connection-limit.js'
import type { Arrival } from '../../socket/listen/arrival.js'
import { DescriptorShare } from '../../socket/listen/descriptors.js'
import type { Transport, TransportAddress } from '../../transport.js'
import { Admission } from './admission.js'
import { Holding } from './holding.js'
import type { ServerSettings } from '../server-settings.js'
import { WaitingLine } from './waiting-line.js'

/**
 * Who is here, how many may be, and what went through them: written by those who let in and see off,
 * read by those who decide.
 */
export class Register<In, Out> {
  readonly engines: Set<Engine<In, Out>> = new Set()
  /** Between accept and their first message: their TLS handshake is under way, say. */
  readonly opening: Set<Transport> = new Set()
  /** Those that no iteration has taken yet. */
  readonly waiting: WaitingLine<ServerConnection<In, Out>> = new WaitingLine()
  /** Those that wait for room; undefined where none may wait. */
  readonly holding: Holding | undefined
  readonly admission: Admission
  accepted = 0
  vanished = 0
  draining = false
  suspended = false
  readonly #setup: ServerSettings<In, Out>
  readonly #past = noTraffic()
  readonly #descriptors = new DescriptorShare()
  #maxConnections: number

  /** @param admit lets in one that has waited for room: its turn has come */
  constructor(setup: ServerSettings<In, Out>, admit: (arrival: Arrival) => void) {
    this.#setup = setup
    this.#maxConnections = setup.maxConnections
    this.admission = new Admission(setup.admission, setup.settings.clock)
    this.holding = setup.mostHeld === 0 ? undefined : new Holding(setup.mostHeld, admit)
    // A limit of none is reached from the beginning.
    this.moved()
  }

  get maxConnections(): number {
    return this.#maxConnections
  }

  set maxConnections(count: number) {
    this.#maxConnections = count
    this.moved()
  }

  /** Connections that are open, or about to be. */
  get open(): number {
    return this.engines.size + this.opening.size
  }

  /** Those who wait for room are here as well: they have descriptors. */
  get present(): number {
    return this.open + (this.holding?.size ?? 0)
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

  /** Leave room for what is open now, and for the `endpoints` that are about to be. */
  limitDescriptors(endpoints: number): void {
    // Connections of another network need none.
    if (this.#setup.listener.network !== undefined) return
    this.#descriptors.reserve(endpoints)
  }

  /**
   * What decides whether one more may come in.
   *
   * @param peer the address that counts; undefined where none does
   * @param mayWait whether it would wait for an iteration to take it
   * @param suspended false for one that was here before the server was suspended
   */
  stateFor(
    peer: TransportAddress | undefined,
    mayWait: boolean,
    suspended: boolean = this.suspended,
  ): AcceptState {
    const { admission, waiting } = this
    return {
      open: this.present,
      // Where connections wait for room, they are not refused for want of it.
      maxConnections: this.holding === undefined ? this.#maxConnections : Infinity,
      descriptorLimit: this.descriptorLimit,
      waiting: mayWait ? waiting.size : 0,
      maxWaiting: mayWait && !waiting.isAwaited ? this.#setup.maxWaiting : Infinity,
      denied: admission.denies(peer),
      sameAddress: admission.open(peer),
      maxPerAddress: admission.maxPerAddress,
      draining: this.draining,
      suspended,
    }
  }

  /** A connection has come in. */
  enter(engine: Engine<In, Out>): void {
    this.engines.add(engine)
    this.admission.opened(engine.transport)
    this.accepted += 1
  }

  /** @returns the engine of the one that has gone; undefined for one that was not here */
  leave(connection: Connection<In, Out>): Engine<In, Out> | undefined {
    const engine = engineOf(connection)
    if (!this.engines.delete(engine)) return undefined
    addTraffic(this.#past, connection)
    this.waiting.remove(connection as ServerConnection<In, Out>)
    this.admission.closed(engine.transport)
    return engine
  }

  /** How many are here has changed, or how many may be. */
  moved(): void {
    this.#descriptors.use(this.present)
    this.holding?.moved(this.open, this.#maxConnections)
  }
}
