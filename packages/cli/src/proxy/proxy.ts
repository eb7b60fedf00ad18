import { nameFraming } from '../arguments/framing/choice.js'
import { randomInt } from 'node:crypto'
import { formatEndpoint, parseEndpoint } from 'hawser'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import type { PreparedTls } from '../certificate/prepared-tls.js'
import { loadFraming, type WireFraming } from '../wire/load-framing.js'
import { Foreground, type Service, type Stopped } from '../foreground/foreground.js'
import type { ServerEvent } from '../output/events.js'
import { FaultSet } from './faults/fault-set.js'
import { showFault } from './faults/fault.js'
import { parseFaults } from './faults/spec.js'
import { machineClock } from './lanes/clock.js'
import { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import { ProxyRegistry } from './registry.js'
import type { ProxyServer, ProxySurroundings } from './proxy-server.js'

/** Memory that the faults of all connections may hold before each is held to its share. */
const mostHeld = 256 * 1024 * 1024
/** The name of the proxy that the command line asks for. */
const firstName = 'main'

/**
 * Run a proxy, or several, until it is asked to stop.
 *
 * @returns the exit code
 */
export async function proxy(options: ProxyOptions): Promise<number> {
  const faults = new FaultSet(parseFaults(options.faults))
  const framing = await loadShown(options)
  const tls = await prepareServeTls(options.tlsIn)
  return new ProxyCommand(options, framing, faults, tls).run()
}

/** @returns undefined where each piece is shown as it comes */
async function loadShown({ framing, maxFrame }: ProxyOptions): Promise<WireFraming | undefined> {
  return framing.kind === 'raw' ? undefined : loadFraming(framing, { crlf: false, maxFrame })
}

class ProxyCommand {
  readonly #options: ProxyOptions
  readonly #framing: WireFraming | undefined
  readonly #faults: FaultSet
  readonly #tls: PreparedTls | undefined
  readonly #foreground: Foreground
  readonly #registry: ProxyRegistry
  readonly #seed: number
  #lastId = 0

  constructor(
    options: ProxyOptions,
    framing: WireFraming | undefined,
    faults: FaultSet,
    tls: PreparedTls | undefined,
  ) {
    this.#options = options
    this.#framing = framing
    this.#faults = faults
    this.#tls = tls
    this.#seed = options.seed ?? randomInt(2 ** 32)
    this.#foreground = new Foreground(options, () => this.#service())
    this.#registry = new ProxyRegistry(this.#surroundings())
  }

  async run(): Promise<number> {
    const { listen, target } = this.#options
    const first =
      listen === undefined || target === undefined
        ? undefined
        : await this.#registry.add(firstName, { listen, target }, this.#faults, true)
    this.#foreground.listen()
    if (first !== undefined) this.#introduce(first)
    const notice = this.#tls?.notice
    if (notice !== undefined) this.#foreground.display.insist({ event: 'notice', text: notice })
    return this.#foreground.end(async () => {})
  }

  #surroundings(): ProxySurroundings {
    return {
      options: this.#options,
      framing: this.#framing,
      tls: this.#tls?.options,
      seed: this.#seed,
      clock: machineClock,
      reserve: new Reserve(mostHeld),
      tell: (event) => this.#tell(event),
      nextId: () => (this.#lastId += 1),
    }
  }

  #service(): Service {
    const registry = this.#registry
    return {
      get open() {
        return registry.connections
      },
      close: (how): Promise<Stopped> => registry.close(how),
    }
  }

  #introduce(server: ProxyServer): void {
    const faults = this.#faults.all.map((fault) => showFault(fault))
    this.#tell({
      event: 'listening',
      endpoints: server.addresses,
      framing: nameFraming(this.#options.framing),
      mode: 'proxy',
      target: this.#nameTarget(server.place.target),
      try: [],
      ...(faults.length === 0 ? {} : { faults, seed: this.#seed }),
    })
  }

  #nameTarget(target: string): string {
    const endpoint = formatEndpoint(parseEndpoint(target))
    return this.#options.tlsOut === undefined ? endpoint : endpoint.replace('tcp:', 'tls:')
  }

  #tell(event: ServerEvent): void {
    this.#foreground.tell(event)
  }
}
