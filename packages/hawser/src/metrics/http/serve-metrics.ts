import { OptionError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { type Endpoint, formatEndpoint, parseEndpoint } from '../../socket/endpoint.js'
import { metricsNames, type MetricsOptions } from '../collect.js'
import type { MeteredServers } from '../servers.js'
import { type MeteredWorkers, pagesOf } from './pages.js'
import { PageServer } from './page-server.js'

/** Pages of metrics that are being served. */
export interface MetricsPages extends AsyncDisposable {
  /** Where the metrics are: `http://127.0.0.1:9464/metrics`. */
  readonly url: string
  /** Serve them no more, and collect nothing. */
  close(): Promise<void>
}

/**
 * Serve metrics over HTTP, for Prometheus and for probes: `/metrics`, `/healthz` (200 while the process
 * answers) and `/readyz` (200 while every server accepts connections, otherwise 503 with the reason). It
 * outlives the drain of the servers, so that a load balancer sees the drain: close it last.
 *
 * At most 16 connections at once, and 5 s for a request: a scraper that hangs takes nothing from the
 * servers. There is neither TLS nor a login: keep it on the loopback or on a network of your own.
 *
 * @param endpoint a TCP endpoint, such as `'tcp://127.0.0.1:9464'`
 * @param subject a server, several by name, or workers: these have `/metrics/total` as well
 * @returns rejects with ListenError, or OptionError
 */
export async function serveMetrics(
  endpoint: Endpoint,
  subject: MeteredServers | MeteredWorkers,
  options: MetricsOptions = {},
): Promise<MetricsPages> {
  checkOptions(options, metricsNames)
  const parsed = parseEndpoint(endpoint)
  if (parsed.kind !== 'tcp' || parsed.secure === true) {
    const text = `the endpoint ${formatEndpoint(parsed)} cannot be used: metrics are served over plain TCP, as on tcp://127.0.0.1:9464`
    throw new OptionError('HAWSER_INVALID_ENDPOINT', text)
  }
  const server = new PageServer(pagesOf(subject, options))
  const close = (): Promise<void> => server.close()
  try {
    return { url: await server.listen(parsed), close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}
