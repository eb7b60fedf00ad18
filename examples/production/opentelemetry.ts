// Export a server's metrics through OpenTelemetry. They are printed every second, where you would send
// them to a collector.
//
//   npm run example opentelemetry [ENDPOINT]
//
// Then type lines to `nc 127.0.0.1 8000`.
import { metrics } from '@opentelemetry/api'
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { createServer, formatEndpoint, lines } from 'hawser'
import { bridgeMetrics } from 'hawser/metrics'

const [endpoint = 'tcp://127.0.0.1:8000'] = process.argv.slice(2)

const reader = new PeriodicExportingMetricReader({
  exporter: new ConsoleMetricExporter(),
  exportIntervalMillis: 1_000,
})
const provider = new MeterProvider({ readers: [reader] })
metrics.setGlobalMeterProvider(provider)

const server = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line) },
)
const bridge = bridgeMetrics(server, { meter: metrics.getMeter('hawser') })
await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)

process.once('SIGINT', () => {
  // The last numbers are those behind the drain.
  void server.close().then(async () => {
    await provider.shutdown()
    bridge.stop()
  })
})
