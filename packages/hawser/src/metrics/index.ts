export { collectMetrics, Metrics, type MetricsOptions, prometheusContentType } from './collect.js'
export { type Bridge, bridgeMetrics, type BridgeOptions } from './opentelemetry.js'
export type {
  OpenTelemetryAttributes,
  OpenTelemetryInstrumentOptions,
  OpenTelemetryMeter,
  OpenTelemetryResult,
} from './opentelemetry-meter.js'
export type { MeteredServer, MeteredServers } from './servers.js'
export { type MetricsPages, serveMetrics } from './http/serve-metrics.js'
export type { MeteredWorkers } from './http/pages.js'
