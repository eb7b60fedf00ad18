import { performance } from 'node:perf_hooks'
import { createInstruments, type Instruments } from './instruments.js'
import type {
  OpenTelemetryAttributes,
  OpenTelemetryMeter,
  OpenTelemetryResult,
} from './opentelemetry-meter.js'
import { record, type Recorder } from './recorder.js'
import { listServers, type MeteredServer, type MeteredServers } from './servers.js'

/** How metrics are handed to OpenTelemetry. */
export interface BridgeOptions {
  /** Where to: `metrics.getMeter('hawser')` of `@opentelemetry/api`, once the SDK is set up. */
  readonly meter: OpenTelemetryMeter
  /** Attributes of every measurement. Default none. */
  readonly attributes?: OpenTelemetryAttributes | undefined
  /** Tells the time, in milliseconds from any beginning. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/** A bridge that stands until it is stopped. */
export interface Bridge extends Disposable {
  /** Unsubscribe from all channels and be asked no more. May be called again. */
  stop(): void
}

/**
 * Hand the metrics of a server to OpenTelemetry, or of several under names that become the attribute
 * `hawser.server.name`.
 *
 * What a server counts itself is complete whenever this is called; durations, close reasons and
 * overflows are counted from here on. No message is touched. At each collection of a reader it looks
 * at every open connection once.
 */
export function bridgeMetrics(
  servers: MeteredServers,
  { meter, attributes = {}, now = () => performance.now() }: BridgeOptions,
): Bridge {
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
  const observables = Object.values(instruments.observables)
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
    const all = this.#attributes
    for (const { unsent } of this.#server.connections) outbox.record(unsent, all)
    result.observe(observables.accepting, info.listening && !info.draining ? 1 : 0, all)
    result.observe(observables.connections, info.connections, all)
    // A limit that is off is not measured: not every exporter can write Infinity.
    const limit = (instrument: object, value: number): void => {
      if (value !== Infinity) result.observe(instrument, value, all)
    }
    limit(observables.limit, info.effectiveMaxConnections)
    result.observe(observables.accepted, info.accepted, all)
    result.observe(observables.vanished, info.vanished, all)
    for (const [reason, count] of Object.entries(info.refused)) {
      result.observe(observables.refused, count, this.#with('hawser.refusal.reason', reason))
    }
    const received = this.#with('network.io.direction', 'receive')
    const transmitted = this.#with('network.io.direction', 'transmit')
    result.observe(observables.io, info.bytesRead, received)
    result.observe(observables.io, info.bytesWritten, transmitted)
    result.observe(observables.messages, info.messagesRead, received)
    result.observe(observables.messages, info.messagesWritten, transmitted)
    result.observe(observables.handlerErrors, info.handlerErrors, all)
    result.observe(observables.poolUsage, info.pool.used, all)
    limit(observables.poolLimit, info.pool.limit)
  }

  #with(name: string, value: string): OpenTelemetryAttributes {
    return { ...this.#attributes, [name]: value }
  }
}
