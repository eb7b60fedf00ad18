import { randomInt } from 'node:crypto'
import type { Connection, TlsServerOptions } from 'hawser'
import type { OpenDetails, SessionLog } from 'hawser/log'
import type { ConnectTls } from '../arguments/flags/tls-choice.js'
import { FaultSet } from './faults/fault-set.js'
import { parseFaults } from './faults/spec.js'
import { machineClock } from './lanes/clock.js'
import { Reserve } from './lanes/reserve.js'
import type { ProxyOptions } from './options.js'
import { ProxyServer } from './proxy-server.js'
import { recordInto } from './recorder.js'
import type { ServerEvent } from '../output/events.js'

/** Memory that the faults of all connections may hold before each is held to its share. */
const mostHeld = 64 * 1024 * 1024

/** What a proxy inside of another program is asked to be. */
export interface EmbeddedOptions {
  readonly name: string
  readonly listen: string
  readonly target: string
  /** As `--fault` takes them. */
  readonly faults: readonly string[]
  readonly seed: number | undefined
  /** Milliseconds. */
  readonly idle: number | undefined
  readonly tlsIn: TlsServerOptions | undefined
  readonly tlsOut: ConnectTls | undefined
  /** Where what passes is written, with these details for each connection. */
  readonly log: SessionLog
  readonly details: OpenDetails
  readonly tell: (event: ServerEvent) => void
  /** A connection came, or has gone. */
  readonly changed: () => void
}

/** A client and the target that it was joined with. */
export interface JoinedPair {
  readonly client: Connection
  readonly target: Connection
  /** Milliseconds since 1970. */
  readonly since: number
}

/** @throws UsageError for a fault that is none */
export function checkFaults(faults: readonly string[]): void {
  parseFaults(faults)
}

/** A proxy that shows nothing by itself: what passes is in the log. */
export class EmbeddedProxy {
  readonly #server: ProxyServer
  readonly #faults: FaultSet
  readonly #joined = new Map<number, JoinedPair>()
  readonly #counts = { accepted: 0, refused: 0, up: 0, down: 0 }

  /** @throws UsageError for a fault that is none, OptionError for an endpoint that is none */
  constructor(options: EmbeddedOptions) {
    const { name, listen, target, seed, log, details, changed } = options
    this.#faults = new FaultSet(parseFaults(options.faults))
    const recorder = recordInto(log, details, ({ id }, client, joined) => {
      this.#joined.set(id, { client, target: joined, since: Date.now() })
      changed()
      const gone = Promise.all([client.closed, joined.closed])
      void gone.then(([ended]) => {
        this.#joined.delete(id)
        this.#counts.up += ended.bytesRead
        this.#counts.down += ended.bytesWritten
        changed()
      })
    })
    const around = {
      options: proxyOptions(options),
      framing: undefined,
      recorder: () => recorder,
      rules: () => undefined,
      createMask: undefined,
      tls: options.tlsIn,
      seed: seed ?? randomInt(2 ** 32),
      clock: machineClock,
      reserve: new Reserve(mostHeld),
      tell: (event: ServerEvent) => {
        if (event.event === 'connected') this.#counts.accepted++
        if (event.event === 'refused') this.#counts.refused++
        options.tell(event)
      },
      nextId: () => 0,
    }
    this.#server = new ProxyServer(name, { listen, target }, this.#faults, around)
  }

  /** Those that are open, by their numbers in the log. */
  get joined(): ReadonlyMap<number, JoinedPair> {
    return this.#joined
  }

  /** With the real port, while it listens. */
  get listen(): string | undefined {
    return this.#server.isListening ? this.#server.place.listen : undefined
  }

  get counts(): {
    readonly accepted: number
    readonly refused: number
    readonly bytesRead: number
    readonly bytesWritten: number
  } {
    const { accepted, refused, up, down } = this.#counts
    let [bytesRead, bytesWritten] = [up, down]
    for (const { client } of this.#joined.values()) {
      bytesRead += client.bytesRead
      bytesWritten += client.bytesWritten
    }
    return { accepted, refused, bytesRead, bytesWritten }
  }

  /** @returns rejects with what the library says when it cannot listen */
  start(): Promise<void> {
    return this.#server.start()
  }

  /** Other faults from now on, for the connections that there are as well. @throws UsageError */
  setFaults(texts: readonly string[]): void {
    const faults = parseFaults(texts)
    const names = new Set(faults.map(({ name }) => name))
    for (const fault of this.#faults.all) if (!names.has(fault.name)) this.#faults.remove(fault)
    for (const fault of faults) this.#faults.set(fault)
  }

  /** End it, and what goes through it. */
  stop(): Promise<void> {
    return this.#server.cut()
  }
}

function proxyOptions({
  listen,
  target,
  faults,
  seed,
  idle,
  tlsOut,
}: EmbeddedOptions): ProxyOptions {
  return {
    ...{ listen, target, faults, seed, idle, tlsOut },
    framing: { kind: 'raw', options: {} },
    maxFrame: undefined,
    // What is masked is masked by the log that it writes to.
    mask: undefined,
    // What is prepared of it is with the surroundings.
    tlsIn: undefined,
    starttls: false,
    proxyProtocol: undefined,
    sendProxy: undefined,
    maxConnections: undefined,
    atLimit: undefined,
    maxPerAddress: undefined,
    allow: undefined,
    deny: undefined,
    connectRate: undefined,
    connectTimeout: undefined,
    writeTimeout: Infinity,
    drain: undefined,
    rules: undefined,
    // There is one, so that what passes is not left to the library alone.
    log: '',
    pcapLive: undefined,
    api: undefined,
    apiOpen: false,
    apiHosts: [],
    json: false,
    hex: false,
    quiet: true,
  }
}
