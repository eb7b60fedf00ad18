import { performance } from 'node:perf_hooks'
import { OptionError } from '../errors.js'
import { observe } from '../observe/observe.js'
import type { ServerInfo } from '../server/info.js'
import { type Labels, mergeFamilies } from './family.js'
import { renderPrometheus } from './prometheus.js'
import { ServerMeter } from './server-meter.js'

/** The `Content-Type` of {@link Metrics.prometheus}. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** What is needed of a `Server`. */
export interface MeteredServer {
  /** Its state and counts. */
  info(): ServerInfo
  /** Its open connections. */
  readonly connections: Iterable<{
    /** Bytes accepted and not yet handed to the operating system. */
    readonly unsent: number
  }>
}

/** How metrics are collected. */
export interface MetricsOptions {
  /** Labels of every series, such as `{ instance: 'a' }`. Default none. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Tells the time, in milliseconds from any beginning. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * Collect metrics of a server, or of several under names that become the label `server`.
 *
 * What a server counts itself is complete whenever this is called; durations, close reasons and
 * overflows are counted from here on. No message is touched: the channels of open, first byte,
 * overflow and close are all that is subscribed to.
 *
 * @throws OptionError when a label's name cannot be one
 */
export function collectMetrics(
  servers: MeteredServer | ReadonlyMap<string, MeteredServer>,
  options: MetricsOptions = {},
): Metrics {
  return new Metrics(servers, options)
}

/** Metrics of servers, until it is stopped. */
export class Metrics implements Disposable {
  readonly #meters = new Map<
    object,
    { meter: ServerMeter; server: MeteredServer; labels: Labels }
  >()
  readonly #openedAt = new WeakMap<object, number>()
  readonly #now: () => number
  readonly #subscriptions: readonly (() => void)[]

  /** @internal Made by {@link collectMetrics}. */
  constructor(
    servers: MeteredServer | ReadonlyMap<string, MeteredServer>,
    { labels = {}, now = () => performance.now() }: MetricsOptions,
  ) {
    for (const name of Object.keys(labels)) assertLabel(name)
    this.#now = now
    if (!isNamed(servers)) this.#add(servers, labels)
    else for (const [name, server] of servers) this.#add(server, { server: name, ...labels })
    this.#subscriptions = this.#subscribe()
  }

  /**
   * All metrics in the text format of Prometheus, version 0.0.4. It looks at every open connection,
   * so call it once a scrape.
   */
  prometheus(): string {
    const families = [...this.#meters.values()].flatMap(({ meter, server, labels }) => {
      for (const { unsent } of server.connections) meter.sampleOutbox(unsent)
      return meter.families(server.info(), labels)
    })
    return renderPrometheus(mergeFamilies(families))
  }

  /** Unsubscribe from all channels; what was counted can still be read. May be called again. */
  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe()
  }

  /** The same as `stop()`, for `using`. */
  [Symbol.dispose](): void {
    this.stop()
  }

  #add(server: MeteredServer, labels: Labels): void {
    this.#meters.set(server, { meter: new ServerMeter(), server, labels })
  }

  #subscribe(): (() => void)[] {
    return [
      observe('hawser:connection:open', ({ connection, server }) => {
        if (this.#meterOf(server) !== undefined) this.#openedAt.set(connection, this.#now())
      }),
      observe('hawser:connection:first-byte', ({ connection, server }) => {
        const seconds = this.#age(connection)
        if (seconds !== undefined) this.#meterOf(server)?.heard(seconds)
      }),
      observe('hawser:connection:overflow', ({ server, kind }) => {
        this.#meterOf(server)?.overflowed(kind)
      }),
      observe('hawser:connection:close', ({ connection, server, info }) => {
        this.#meterOf(server)?.closed(info.reason, this.#age(connection))
      }),
    ]
  }

  #meterOf(server: object | undefined): ServerMeter | undefined {
    return server === undefined ? undefined : this.#meters.get(server)?.meter
  }

  /** Seconds since it was accepted, if that was seen. */
  #age(connection: object): number | undefined {
    const openedAt = this.#openedAt.get(connection)
    return openedAt === undefined ? undefined : (this.#now() - openedAt) / 1_000
  }
}

function isNamed(
  servers: MeteredServer | ReadonlyMap<string, MeteredServer>,
): servers is ReadonlyMap<string, MeteredServer> {
  return servers instanceof Map
}

const ownLabels = new Set(['server', 'reason', 'kind', 'le'])

function assertLabel(name: string): void {
  if (/^[a-zA-Z_]\w*$/.test(name) && !name.startsWith('__') && !ownLabels.has(name)) return
  throw new OptionError(
    'HAWSER_INVALID_OPTION',
    `there can be no label ${JSON.stringify(name)}: use letters, digits and underscores, do not ` +
      'begin with a digit or two underscores, and leave server, reason, kind and le to hawser',
  )
}
