export {
  collectMetrics,
  type MeteredServer,
  Metrics,
  type MetricsOptions,
  prometheusContentType,
} from './collect.js'
