import { collectMetrics, type MetricsOptions } from '../collect.js'
import { listServers, type MeteredServers } from '../servers.js'

/** Workers, whose metrics the primary has: what `startWorkers` of `hawser/workers` returns. */
export interface MeteredWorkers {
  /** How many listen, and whether they are being closed. */
  info(): {
    /** Whether `close` was called. */
    readonly closing: boolean
    /** How many workers accept connections. */
    readonly listening: number
  }
  /** The page of all metrics, for each worker or as sums. */
  prometheus(options: { readonly by: 'worker' | 'total' }): Promise<string>
}

/** What is served over HTTP. */
export interface Pages {
  /** Pages of metrics, by path. */
  readonly metrics: Readonly<Record<string, () => string | Promise<string>>>
  /** Whether connections are accepted, and in a word why or why not. */
  readiness(): { readonly ready: boolean; readonly why: string }
  /** Collect nothing more. */
  stop(): void
}

/** @throws OptionError when a label's name cannot be one */
export function pagesOf(subject: MeteredServers | MeteredWorkers, options: MetricsOptions): Pages {
  return isWorkers(subject) ? pagesOfWorkers(subject) : pagesOfServers(subject, options)
}

function pagesOfServers(servers: MeteredServers, options: MetricsOptions): Pages {
  const metrics = collectMetrics(servers, options)
  return {
    metrics: { '/metrics': () => metrics.prometheus() },
    readiness() {
      const infos = listServers(servers).map(([, server]) => server.info())
      if (infos.some(({ draining }) => draining)) return { ready: false, why: 'draining' }
      if (infos.some(({ suspended }) => suspended)) return { ready: false, why: 'suspended' }
      const ready = infos.every(({ listening }) => listening)
      return { ready, why: ready ? 'ready' : 'not listening' }
    },
    stop: () => metrics.stop(),
  }
}

function pagesOfWorkers(workers: MeteredWorkers): Pages {
  return {
    metrics: {
      '/metrics': () => workers.prometheus({ by: 'worker' }),
      '/metrics/total': () => workers.prometheus({ by: 'total' }),
    },
    readiness() {
      const { closing, listening } = workers.info()
      if (closing) return { ready: false, why: 'draining' }
      return { ready: listening > 0, why: listening > 0 ? 'ready' : 'no worker listens' }
    },
    stop() {},
  }
}

function isWorkers(subject: MeteredServers | MeteredWorkers): subject is MeteredWorkers {
  return 'prometheus' in subject
}
