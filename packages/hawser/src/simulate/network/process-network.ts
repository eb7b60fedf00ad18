import type {
  Network,
  NetworkDialOptions,
  NetworkListener,
  NetworkListenOptions,
  NetworkPlace,
} from '../../network.js'
import { joinEnds, settleLink } from '../../testing/memory-pair.js'
import type { MemoryTransport } from '../../testing/memory-transport.js'
import { systemError } from '../../testing/network/system-error.js'
import type { Transport, TransportAddress } from '../../transport.js'
import { disown } from './disown.js'
import { Handshake, type Reply } from './three-packets.js'
import type { Internet } from './internet.js'
import { type Accept, Listener } from './listeners.js'
import { isLoopback, type Machine } from './machine.js'
import type { Belonging, Process } from './process.js'
import { SecurableTransport } from './securable-transport.js'
import { SimulatedTransport } from './simulated-transport.js'

/** Where a connection goes from and to. */
interface Route {
  readonly machine: Machine
  readonly local: TransportAddress
  readonly remote: TransportAddress
  /** After how many ms of silence the near machine asks for the far end. */
  readonly keepAlive: number
}

/** The network as one process sees it. */
export class ProcessNetwork implements Network {
  readonly speaksTls = true
  readonly #internet: Internet
  readonly #machine: Machine
  readonly #process: Process
  readonly #backlog: number

  constructor(internet: Internet, machine: Machine, process: Process, backlog: number) {
    this.#internet = internet
    this.#machine = machine
    this.#process = process
    this.#backlog = backlog
  }

  async listen(
    place: NetworkPlace,
    accept: Accept,
    { keepAlive = Infinity }: NetworkListenOptions = {},
  ): Promise<NetworkListener> {
    if (this.#process.isDead) return never()
    const asked = this.#internet.resolve(this.#machine, place, 'listen').remote
    if (!this.#machine.has(asked)) throw systemError('EADDRNOTAVAIL', 'listen', asked)
    if (!this.#process.hasDescriptor) throw systemError('EMFILE', 'listen', asked)
    const { places } = this.#machine
    const listener = new Listener(this.#process, accept, this.#backlog, keepAlive)
    const local = places.listen(asked, listener)
    listener.open(() => places.unlisten(local))
    this.#note(`listens on ${nameOf(local)}`)
    return { local, close: () => listener.close() }
  }

  async dial(place: NetworkPlace, options: NetworkDialOptions = {}): Promise<Transport> {
    if (this.#process.isDead) return never()
    const { machine, remote } = this.#internet.resolve(this.#machine, place, 'connect')
    const { signal, keepAlive = Infinity } = options
    signal?.throwIfAborted()
    if (!this.#process.hasDescriptor) throw systemError('EMFILE', 'connect', remote)
    const local = this.#takeEnd(remote, machine, options)
    return new Promise((resolve, reject) =>
      this.#connect({ machine, local, remote, keepAlive }, signal, resolve, reject),
    )
  }

  #connect(
    route: Route,
    signal: AbortSignal | undefined,
    resolve: (transport: Transport) => void,
    reject: (error: Error) => void,
  ): void {
    const process = this.#process
    const { places } = this.#machine
    const { clock } = this.#internet.plan
    let far: MemoryTransport | undefined
    const giveUp = (): void => {
      over()
      handshake.stop()
      places.free(route.local)
    }
    const abort = (): void => {
      giveUp()
      reject(signal?.reason as Error)
    }
    // A socket that is connecting is a descriptor, too.
    const socket: Belonging = { ...still, close: giveUp, vanish: giveUp }
    const over = (): void => {
      signal?.removeEventListener('abort', abort)
      process.release(socket)
    }
    process.hold(socket)
    signal?.addEventListener('abort', abort, { once: true })
    this.#note(`connects to ${nameOf(route.remote)}`)
    const handshake = new Handshake<Listener>({
      clock,
      out: this.#internet.path(this.#machine, route.machine),
      back: this.#internet.path(route.machine, this.#machine),
      ask: () => ask(route),
      settle: (listener) => {
        over()
        const [near, other] = this.#join(route, places)
        far = other
        const transport = this.#endOf(near, process, route.machine, listener.keepAlive)
        process.run(() => resolve(transport))
      },
      arrive: (listener) => this.#arrive(listener, far as MemoryTransport, route),
      fail: (error) => {
        over()
        places.free(route.local)
        process.run(() => reject(error))
      },
      timedOut: () => systemError('ETIMEDOUT', 'connect', route.remote),
    })
  }

  #join(
    { machine, local, remote }: Route,
    places: Machine['places'],
  ): [MemoryTransport, MemoryTransport] {
    const { clock, random, capacity } = this.#internet.plan
    const toxics = {
      forward: this.#internet.path(this.#machine, machine).line,
      backward: this.#internet.path(machine, this.#machine).line,
    }
    const line = {
      clock,
      forward: settleLink({ capacity }, random),
      backward: settleLink({ capacity }, random),
      toxics,
    }
    const ends = joinEnds(line, { local, remote }, () => {
      this.#internet.parted(joined)
      places.free(local)
    })
    const joined = { from: this.#machine, to: machine, near: ends[0] }
    this.#internet.joined(joined)
    return ends
  }

  #arrive(listener: Listener, far: MemoryTransport, { machine, keepAlive }: Route): boolean {
    const { plan } = this.#internet
    const refuse = (): void => {
      far.reset()
      disown(plan.clock, far, keepAlive)
    }
    if (!listener.isOpen) refuse()
    if (!listener.isOpen || far.isGone) return true
    if (listener.isFull) return false
    listener.arrive({
      accept: () => {
        const transport = this.#endOf(far, listener.process, machine, keepAlive)
        return {
          transport,
          get isGone() {
            return transport.isGone
          },
        }
      },
      refuse,
      vanish: () => {
        far.vanish()
        disown(plan.clock, far, keepAlive)
      },
    })
    return true
  }

  /**
   * @param machine the one that was connected to
   * @param peerKeepAlive the other end's
   */
  #endOf(
    end: MemoryTransport,
    process: Process,
    machine: Machine,
    peerKeepAlive: number,
  ): SecurableTransport {
    const back = this.#internet.path(machine, this.#machine)
    const transport = new SimulatedTransport(end, process, this.#internet.plan, peerKeepAlive)
    return new SecurableTransport(transport, () => back.breaksHandshake())
  }

  /** A path has no name for the end that connects to it, as on a real one. */
  #takeEnd(remote: TransportAddress, machine: Machine, from: NetworkDialOptions): TransportAddress {
    if (remote.family === 'unix') return remote
    const own = isLoopback(remote.address) ? remote.address : this.#machine.address
    const { localAddress = machine === this.#machine ? remote.address : own, localPort = 0 } = from
    return this.#machine.places.take(localAddress, localPort)
  }

  #note(text: string): void {
    this.#internet.plan.trace.note(`${this.#process.name} ${text}`)
  }
}

const still = { disown: nothing, freeze: nothing, thaw: nothing }

/** What the far machine says to a connection. */
function ask({ machine, remote }: Route): Reply<Listener> {
  const listener = machine.places.find(remote)
  if (listener === undefined) {
    const code = remote.family === 'unix' ? 'ENOENT' : 'ECONNREFUSED'
    return { refused: systemError(code, 'connect', remote) }
  }
  return listener.isFull ? 'silence' : { made: listener }
}

function nameOf({ address, port }: TransportAddress): string {
  return port === undefined ? address : `${address}:${port}`
}

function nothing(): void {}

/** For what a dead process still calls. */
function never<Result>(): Promise<Result> {
  return new Promise(() => undefined)
}
