import { randomInt } from 'node:crypto'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import type { PreparedTls } from '../certificate/prepared-tls.js'
import { loadFraming, type WireFraming } from '../wire/load-framing.js'
import { Foreground, type Service, type Stopped } from '../foreground/foreground.js'
import type { ServedApi } from './api/serve-api.js'
import { FaultSet } from './faults/fault-set.js'
import { parseFaults } from './faults/spec.js'
import { machineClock } from './lanes/clock.js'
import { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import type { ProxySurroundings } from './proxy-server.js'
import { ProxyRegistry } from './registry.js'

/** Memory that the faults of all connections may hold before each is held to its share. */
const mostHeld = 256 * 1024 * 1024
/** The name of the proxy that the command line asks for. */
const firstName = 'main'

/**
 * Run a proxy, or several, until it is asked to stop.
 *
 * @param version that of this package
 * @returns the exit code
 */
export async function proxy(options: ProxyOptions, version: string): Promise<number> {
  const faults = new FaultSet(parseFaults(options.faults))
  const framing = await loadShown(options)
  const tls = await prepareServeTls(options.tlsIn)
  return new ProxyCommand(options, framing, tls).run(faults, version)
}

/** @returns undefined where each piece is shown as it comes */
async function loadShown({ framing, maxFrame }: ProxyOptions): Promise<WireFraming | undefined> {
  return framing.kind === 'raw' ? undefined : loadFraming(framing, { crlf: false, maxFrame })
}

class ProxyCommand {
  readonly #options: ProxyOptions
  readonly #framing: WireFraming | undefined
  readonly #tls: PreparedTls | undefined
  readonly #foreground: Foreground
  readonly #registry: ProxyRegistry
  #api: ServedApi | undefined
  #lastId = 0

  constructor(
    options: ProxyOptions,
    framing: WireFraming | undefined,
    tls: PreparedTls | undefined,
  ) {
    this.#options = options
    this.#framing = framing
    this.#tls = tls
    this.#foreground = new Foreground(options, () => this.#service())
    this.#registry = new ProxyRegistry(this.#surroundings())
  }

  async run(faults: FaultSet, version: string): Promise<number> {
    const { listen, target } = this.#options
    this.#foreground.listen()
    await this.#serveApi(version)
    if (listen !== undefined && target !== undefined) {
      await this.#registry.add(firstName, { listen, target }, faults, true)
    }
    if (this.#api !== undefined) this.#foreground.tell({ event: 'api', url: this.#api.url })
    const notice = this.#tls?.notice
    if (notice !== undefined) this.#foreground.display.insist({ event: 'notice', text: notice })
    return this.#foreground.end(async () => {})
  }

  /** What serves it is loaded only where it is asked for. */
  async #serveApi(version: string): Promise<void> {
    const { api: endpoint, apiOpen: isOpen, apiHosts: hosts } = this.#options
    if (endpoint === undefined) return
    const { serveApi } = await import('./api/serve-api.js')
    this.#api = await serveApi(this.#registry, { endpoint, isOpen, hosts, version })
  }

  #surroundings(): ProxySurroundings {
    return {
      options: this.#options,
      framing: this.#framing,
      tls: this.#tls?.options,
      seed: this.#options.seed ?? randomInt(2 ** 32),
      clock: machineClock,
      reserve: new Reserve(mostHeld),
      tell: (event) => this.#foreground.tell(event),
      nextId: () => (this.#lastId += 1),
    }
  }

  #service(): Service {
    const registry = this.#registry
    return {
      get open() {
        return registry.connections
      },
      close: (how): Promise<Stopped> => {
        // No proxy is to be made while all are stopped.
        this.#api?.close()
        return registry.close(how)
      },
    }
  }
}
