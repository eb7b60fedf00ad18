import { collectMetrics, type MeteredServer } from 'hawser/metrics'
import type { Workers } from 'hawser/workers'

/** What is watched over HTTP. */
export interface Monitored {
  /** Pages of metrics, by path. */
  readonly pages: Readonly<Record<string, () => string | Promise<string>>>
  /** Whether connections are accepted, and in a word why or why not. */
  readiness(): { readonly ready: boolean; readonly why: string }
  /** Collect nothing more. */
  stop(): void
}

/** One server of this process. */
export function watchServer(server: MeteredServer): Monitored {
  const metrics = collectMetrics(server)
  return {
    pages: { '/metrics': () => metrics.prometheus() },
    readiness() {
      const { listening, draining, suspended } = server.info()
      if (draining) return { ready: false, why: 'draining' }
      if (suspended) return { ready: false, why: 'suspended' }
      return { ready: listening, why: listening ? 'ready' : 'not listening' }
    },
    stop: () => metrics.stop(),
  }
}

/** Worker processes. */
export function watchWorkers(workers: Pick<Workers, 'info' | 'prometheus'>): Monitored {
  return {
    pages: {
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
