import { performance } from 'node:perf_hooks'
import { checkOptions } from '../options/check-options.js'
import type { NamesOf } from '../options/option-names.js'
import { createInstruments, type Instruments } from './instruments.js'
import type {
  OpenTelemetryAttributes,
  OpenTelemetryMeter,
  OpenTelemetryResult,
} from './opentelemetry-meter.js'
import { type Reading, readings, readNumbers } from './readings.js'
import { record, type Recorder } from './recorder.js'
import { listServers, type MeteredServer, type MeteredServers } from './servers.js'

/** How metrics reach OpenTelemetry. */
export interface BridgeOptions {
  /** The meter: `metrics.getMeter('hawser')` of `@opentelemetry/api`, once the SDK is set up. */
  readonly meter: OpenTelemetryMeter
  /** Attributes of every measurement. Default none. */
  readonly attributes?: OpenTelemetryAttributes | undefined
  /** Returns the time, in milliseconds from any beginning. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/** The names of the options in {@link BridgeOptions}. */
const bridgeNames: NamesOf<BridgeOptions> = {
  meter: true,
  attributes: true,
  now: true,
}

/** A bridge that stands until it is stopped. */
export interface Bridge extends Disposable {
  /** Unsubscribe from all channels and return no more values. May be called again. */
  stop(): void
}

/**
 * Pass the metrics of a server to OpenTelemetry, or of several under names that become the attribute
 * `hawser.server.name`.
 *
 * The server's own counts are complete, whenever this is called. Durations, close reasons and overflows
 * are counted from here on. No message is touched. At each collection of a reader it looks
 * at every open connection once.
 *
 * @throws OptionError for an option that does not exist
 */
export function bridgeMetrics(servers: MeteredServers, options: BridgeOptions): Bridge {
  checkOptions(options, bridgeNames)
  const { meter, attributes = {}, now = () => performance.now() } = options
  const instruments = createInstruments(meter)
  const bridged = new Map<object, BridgedServer>(
    listServers(servers).map(([name, server]) => {
      const own = name === undefined ? attributes : { 'hawser.server.name': name, ...attributes }
      return [server, new BridgedServer(server, instruments, own)]
    }),
  )
  const observe = (result: OpenTelemetryResult): void => {
    for (const each of bridged.values()) each.observe(result)
  }
  const observables = [...instruments.observables.values()]
  const unsubscribe = record((server) => bridged.get(server), now)
  meter.addBatchObservableCallback(observe, observables)
  const stop = (): void => {
    unsubscribe()
    meter.removeBatchObservableCallback(observe, observables)
  }
  return { stop, [Symbol.dispose]: stop }
}

/** What one server has to say to the instruments that all share. */
class BridgedServer implements Recorder {
  readonly #server: MeteredServer
  readonly #instruments: Instruments
  readonly #attributes: OpenTelemetryAttributes

  constructor(
    server: MeteredServer,
    instruments: Instruments,
    attributes: OpenTelemetryAttributes,
  ) {
    this.#server = server
    this.#instruments = instruments
    this.#attributes = attributes
  }

  handshaken(seconds: number, protocol: string): void {
    const version = protocol.replace(/^TLSv/, '')
    this.#instruments.handshake.record(seconds, this.#with('tls.protocol.version', version))
  }

  heard(seconds: number): void {
    this.#instruments.firstByte.record(seconds, this.#attributes)
  }

  overflowed(kind: string): void {
    this.#instruments.overflows.add(1, this.#with('hawser.overflow.kind', kind))
  }

  closed(reason: string, seconds: number | undefined): void {
    this.#instruments.closed.add(1, this.#with('hawser.close.reason', reason))
    if (seconds !== undefined) this.#instruments.duration.record(seconds, this.#attributes)
  }

  observe(result: OpenTelemetryResult): void {
    const { observables, outbox } = this.#instruments
    const info = this.#server.info()
    for (const { unsent } of this.#server.connections) outbox.record(unsent, this.#attributes)
    for (const reading of readings) {
      const instrument = observables.get(reading.instrument)
      if (instrument === undefined) continue
      for (const [word, value] of readNumbers(reading, info)) {
        // A limit that is off is not measured: not every exporter can write Infinity.
        if (value === Infinity) continue
        result.observe(instrument, value, this.#attributesOf(reading, word))
      }
    }
  }

  #attributesOf({ attributes, by }: Reading, word: string | undefined): OpenTelemetryAttributes {
    if (word !== undefined && by !== undefined) return this.#with(by.attribute, word)
    return attributes === undefined ? this.#attributes : { ...this.#attributes, ...attributes }
  }

  #with(name: string, value: string): OpenTelemetryAttributes {
    return { ...this.#attributes, [name]: value }
  }
}
