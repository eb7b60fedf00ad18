import { ignore } from '../../promises.js'
import type {
  Network,
  NetworkArrival,
  NetworkDialOptions,
  NetworkListener,
  NetworkPlace,
} from '../../network.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Transport, TransportAddress } from '../../transport.js'
import { joinEnds, type Line, pairNames, type PairOptions, settleLine } from '../memory-pair.js'
import type { MemoryTransport } from '../memory-transport.js'
import { Toxics } from '../toxics.js'
import { shakeHands } from './memory-handshake.js'
import { HostNames, loopbackFor } from './host-names.js'
import { Places } from './places.js'
import { systemError } from './system-error.js'

/**
 * Options of {@link createMemoryNetwork}. Those of the line hold for each connection: `forward` is from
 * the client to the server.
 */
export interface MemoryNetworkOptions extends PairOptions {
  /** Addresses of hosts by their names. Default: only `localhost`, which is 127.0.0.1. */
  readonly hosts?: Readonly<Record<string, string>> | undefined
}

/** The names of the options in {@link MemoryNetworkOptions}. */
const networkNames: NamesOf<MemoryNetworkOptions> = { ...pairNames, hosts: true }

/** A network in memory: the option `network` of servers, `connect`, clients and pools. */
export interface MemoryNetwork extends Network {
  /** What is wrong with all its connections, those under way too: `options.toxics`, or its own. */
  readonly toxics: Toxics
  /** Connections that are open. */
  readonly connections: number
  /** Reset all connections; both ends see it. */
  resetAll(): void
}

/**
 * A network in memory on which whole servers and clients run, without a socket:
 *
 * ```ts
 * const clock = new VirtualClock()
 * const network = createMemoryNetwork({ clock, latency: 20 })
 * const server = createServer({ network, clock }, handler)
 * await server.listen('tcp://127.0.0.1:8000')
 * const client = createClient(server.address(), { network, clock })
 * ```
 *
 * Every IPv4 and IPv6 address is on it, and so is every path. A connection is made in one round trip.
 * Nothing is left to chance but `jitter`, which `random` makes repeatable: ports are chosen in turn,
 * from 49152. TLS is not spoken on it.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION` when a number cannot work
 */
export function createMemoryNetwork(options: MemoryNetworkOptions = {}): MemoryNetwork {
  checkOptions(options, networkNames)
  return new HeldNetwork(options)
}

/** What a listener does with what arrives. */
type Accept = (arrival: NetworkArrival) => void

class HeldNetwork implements MemoryNetwork {
  readonly toxics: Toxics
  readonly #line: Line
  readonly #names: HostNames
  readonly #places = new Places<Accept>()
  /** The clients' ends of all open connections. */
  readonly #open = new Set<MemoryTransport>()

  constructor({ hosts = {}, toxics = new Toxics(), ...line }: MemoryNetworkOptions) {
    this.toxics = toxics
    this.#line = settleLine({ ...line, toxics })
    this.#names = new HostNames(hosts)
  }

  get connections(): number {
    return this.#open.size
  }

  resetAll(): void {
    for (const end of this.#open) end.cut()
  }

  async listen(place: NetworkPlace, accept: Accept): Promise<NetworkListener> {
    const local = this.#places.listen(this.#names.resolve(place), accept)
    return { local, close: () => this.#places.unlisten(local) }
  }

  async dial(place: NetworkPlace, options: NetworkDialOptions = {}): Promise<Transport> {
    const remote = this.#names.resolve(place)
    const { signal } = options
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      let arrived: Promise<MemoryTransport> | undefined
      const stop = shakeHands(
        this.#line,
        () => {
          arrived = this.#arrive(remote, options)
          // What it rejects with is on its way back meanwhile.
          arrived.catch(ignore)
        },
        () => {
          signal?.removeEventListener('abort', abort)
          if (arrived !== undefined) resolve(arrived)
        },
      )
      const abort = (): void => {
        stop()
        arrived?.then((end) => end.reset(), ignore)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** @returns rejects with Error `ECONNREFUSED`; on a path `ENOENT` */
  async #arrive(remote: TransportAddress, from: NetworkDialOptions): Promise<MemoryTransport> {
    const accept = this.#places.find(remote)
    if (accept === undefined) {
      throw systemError(remote.family === 'unix' ? 'ENOENT' : 'ECONNREFUSED', 'connect', remote)
    }
    const local = this.#takeEnd(remote, from)
    const [near, far] = joinEnds(this.#line, { local, remote }, () => {
      this.#open.delete(near)
      this.#places.free(local)
    })
    this.#open.add(near)
    accept({
      transport: far,
      get isGone() {
        return far.isGone
      },
    })
    return near
  }

  /** A path has no name for the end that connects to it, as on a real one. */
  #takeEnd(remote: TransportAddress, from: NetworkDialOptions): TransportAddress {
    if (remote.family === 'unix') return remote
    return this.#places.take(from.localAddress ?? loopbackFor(remote), from.localPort ?? 0)
  }
}
