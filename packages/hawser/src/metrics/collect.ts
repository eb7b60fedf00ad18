import { performance } from 'node:perf_hooks'
import { checkOptions } from '../options/check-options.js'
import { invalid } from '../options/invalid.js'
import type { NamesOf } from '../options/option-names.js'
import { type Family, type Labels, mergeFamilies } from './family.js'
import { renderPrometheus } from './prometheus.js'
import { record } from './recorder.js'
import { ServerMeter } from './server-meter.js'
import { listServers, type MeteredServer, type MeteredServers } from './servers.js'

/** The `Content-Type` of {@link Metrics.prometheus}. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** How metrics are collected. */
export interface MetricsOptions {
  /** Labels of every series, such as `{ instance: 'a' }`. Default none. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Returns the time, in milliseconds from any beginning. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/** The names of the options in {@link MetricsOptions}. */
export const metricsNames: NamesOf<MetricsOptions> = { labels: true, now: 'function' }

/**
 * Collect metrics of a server, or of several under names that become the label `server`.
 *
 * The server's own counts are complete, whenever this is called. Durations, close reasons and overflows
 * are counted from here on. No message is touched.
 *
 * @throws OptionError when a label's name cannot be one
 */
export function collectMetrics(servers: MeteredServers, options: MetricsOptions = {}): Metrics {
  checkOptions(options, metricsNames)
  return make(servers, options)
}

interface Metered {
  readonly meter: ServerMeter
  readonly server: MeteredServer
  readonly labels: Labels
}

let make: (servers: MeteredServers, options: MetricsOptions) => Metrics
let read: (metrics: Metrics) => Family[]

/** All metrics as data: for workers, whose metrics are added up. */
export function familiesOf(metrics: Metrics): Family[] {
  return read(metrics)
}

/** Metrics of servers, until it is stopped. */
export class Metrics implements Disposable {
  readonly #metered: ReadonlyMap<object, Metered>
  readonly #unsubscribe: () => void
  static {
    make = (servers, options) => new Metrics(servers, options)
    read = (metrics) => metrics.#families()
  }

  /** Made by {@link collectMetrics}. */
  private constructor(
    servers: MeteredServers,
    { labels = {}, now = () => performance.now() }: MetricsOptions,
  ) {
    for (const name of Object.keys(labels)) assertLabel(name)
    this.#metered = new Map(
      listServers(servers).map(([name, server]) => {
        const own = name === undefined ? labels : { server: name, ...labels }
        return [server, { meter: new ServerMeter(), server, labels: own }]
      }),
    )
    this.#unsubscribe = record((server) => this.#metered.get(server)?.meter, now)
  }

  /**
   * All metrics in the text format of Prometheus, version 0.0.4. It looks at every open connection,
   * so call it once a scrape.
   */
  prometheus(): string {
    return renderPrometheus(mergeFamilies(this.#families()))
  }

  #families(): Family[] {
    return [...this.#metered.values()].flatMap(({ meter, server, labels }) => {
      for (const { unsent } of server.connections) meter.sampleOutbox(unsent)
      return meter.families(server.info(), labels)
    })
  }

  /** Unsubscribe from all channels; what was counted can still be read. May be called again. */
  stop(): void {
    this.#unsubscribe()
  }

  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void {
    this.stop()
  }
}

const ownLabels = new Set(['server', 'reason', 'kind', 'le'])

function assertLabel(name: string): void {
  if (/^[a-zA-Z_]\w*$/.test(name) && !name.startsWith('__') && !ownLabels.has(name)) return
  throw invalid(
    'labels',
    `cannot have one named ${JSON.stringify(name)}: use letters, digits and underscores, do not ` +
      'begin with a digit or two underscores, and leave server, reason, kind and le to hawser',
  )
}
