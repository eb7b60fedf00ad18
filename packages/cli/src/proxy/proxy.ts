import { randomInt } from 'node:crypto'
import type { MaskRule } from 'hawser/log'
import { prepareServeTls } from '../certificate/prepare-tls.js'
import type { PreparedTls } from '../certificate/prepared-tls.js'
import { codeOf, describeFailure } from '../failure.js'
import { Foreground, type Service, type Stopped } from '../foreground/foreground.js'
import { loadFraming, type WireFraming } from '../wire/load-framing.js'
import { loadMasks } from '../wire/masks.js'
import type { ServedApi } from './api/serve-api.js'
import { FaultSet } from './faults/fault-set.js'
import { parseFaults } from './faults/spec.js'
import { machineClock } from './lanes/clock.js'
import { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import type { ProxySurroundings } from './surroundings.js'
import type { ServerEvent } from '../output/events.js'
import type { RulesFile } from './rules/rules-file.js'
import type { Recorder } from './recorder.js'
import { joinRecorders } from './recorders.js'
import type { MaskedBytes } from './records/masked-record.js'
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
  const masking = await loadMasking(options)
  return new ProxyCommand({ options, framing, tls, masking }).run(faults, version)
}

/** @returns undefined where each piece is shown as it comes */
async function loadShown({ framing, maxFrame }: ProxyOptions): Promise<WireFraming | undefined> {
  return framing.kind === 'raw' ? undefined : loadFraming(framing, { crlf: false, maxFrame })
}

/** What the command was made ready with. */
interface Prepared {
  readonly options: ProxyOptions
  readonly framing: WireFraming | undefined
  readonly tls: PreparedTls | undefined
  readonly masking: Masking | undefined
}

/** What `--mask` does. */
interface Masking {
  /** For the log, which knows the times of what waits. */
  readonly rules: readonly MaskRule[]
  readonly create: () => MaskedBytes
  /** @returns a recorder that gets no secrets */
  readonly around: (recorder: Recorder) => Recorder
}

/** What masks is loaded only where it is asked for. */
async function loadMasking({ mask }: ProxyOptions): Promise<Masking | undefined> {
  const rules = await loadMasks(mask)
  if (rules === undefined) return undefined
  const { MaskedBytes: Bytes, maskRecorder } = await import('./records/masked-record.js')
  return {
    rules,
    create: () => new Bytes(rules),
    around: (recorder) => maskRecorder(recorder, rules),
  }
}

class ProxyCommand {
  readonly #prepared: Prepared
  readonly #foreground: Foreground
  readonly #registry: ProxyRegistry
  #api: ServedApi | undefined
  #recorder: Recorder | undefined
  #rules: RulesFile | undefined
  #lastId = 0

  constructor(prepared: Prepared) {
    this.#prepared = prepared
    this.#foreground = new Foreground(prepared.options, () => this.#service())
    this.#registry = new ProxyRegistry(this.#surroundings())
  }

  async run(faults: FaultSet, version: string): Promise<number> {
    const { options, tls } = this.#prepared
    const { listen, target } = options
    this.#foreground.listen()
    await this.#openRules()
    this.#recorder = joinRecorders(await this.#openRecorders())
    await this.#serveApi(version)
    if (listen !== undefined && target !== undefined) {
      await this.#registry.add(firstName, { listen, target }, faults, true)
    }
    if (this.#api !== undefined) this.#foreground.tell({ event: 'api', url: this.#api.url })
    const notice = tls?.notice
    if (notice !== undefined) this.#foreground.display.insist({ event: 'notice', text: notice })
    return this.#foreground.end(async () => this.#recorder?.close())
  }

  /** The thread that runs them is loaded only where it is asked for. */
  async #openRules(): Promise<void> {
    const { rules: path } = this.#prepared.options
    if (path === undefined) return
    const { RulesFile: File } = await import('./rules/rules-file.js')
    const tell = (event: ServerEvent): void => this.#foreground.tell(event)
    this.#rules = await File.open(path, {
      reloaded: () => tell({ event: 'notice', text: `${path} read again` }),
      failed: (message) => {
        const said = `${message}; the rules from before stay in use`
        tell({ event: 'error', code: '', message: said })
      },
    })
  }

  /** What writes it is loaded only where it is asked for. */
  async #openRecorders(): Promise<Recorder[]> {
    const { options, masking } = this.#prepared
    const { log, pcapLive } = options
    const recorders: Recorder[] = []
    if (pcapLive !== undefined) {
      const { servePcap } = await import('./pcap-live.js')
      const { recorder, place } = await servePcap(pcapLive)
      this.#foreground.display.insist({ event: 'notice', text: `pcapng on ${place}` })
      recorders.push(masking?.around(recorder) ?? recorder)
    }
    if (log !== undefined) {
      const { createRecorder } = await import('./recorder.js')
      const failed = (error: unknown): void => {
        const { message } = describeFailure(error)
        this.#foreground.tell({ event: 'error', code: codeOf(error) ?? '', message })
      }
      recorders.push(await createRecorder(log, masking?.rules, failed))
    }
    return recorders
  }

  /** What serves it is loaded only where it is asked for. */
  async #serveApi(version: string): Promise<void> {
    const { api: endpoint, apiOpen: isOpen, apiHosts: hosts } = this.#prepared.options
    if (endpoint === undefined) return
    const { serveApi } = await import('./api/serve-api.js')
    this.#api = await serveApi(this.#registry, { endpoint, isOpen, hosts, version })
  }

  #surroundings(): ProxySurroundings {
    const { options, framing, tls, masking } = this.#prepared
    return {
      options,
      framing,
      createMask: masking?.create,
      recorder: () => this.#recorder,
      rules: () => this.#rules,
      tls: tls?.options,
      seed: options.seed ?? randomInt(2 ** 32),
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
