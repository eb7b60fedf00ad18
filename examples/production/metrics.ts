// Show the metrics of two servers to Prometheus. Each connection that fails is one line here.
//
//   npm run example metrics [ENDPOINT [ENDPOINT [PORT]]]
//
// Then `nc 127.0.0.1 8000`, and `curl http://127.0.0.1:9464/metrics`.
import { createServer, formatEndpoint, lines, observe } from 'hawser'
import { serveMetrics } from 'hawser/metrics'

const [first = 'tcp://127.0.0.1:8000', second = 'tcp://127.0.0.1:8001', port = '9464'] =
  process.argv.slice(2)

const echo = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line) },
)
const shout = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line.toUpperCase()) },
)
const stop = observe('hawser:connection:close', ({ connection, info }) => {
  if (info.reason !== 'ended') console.log(`${connection.remotePort}: ${info.reason} (${info.by})`)
})

const pages = await serveMetrics(
  `tcp://127.0.0.1:${port}`,
  new Map([
    ['echo', echo],
    ['shout', shout],
  ]),
)
console.log(`metrics on ${pages.url}`)

await echo.listen(first)
await shout.listen(second)
for (const server of [echo, shout]) {
  console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)
}

process.once('SIGINT', () => {
  stop()
  void Promise.all([echo.close(), shout.close()]).then(() => pages.close())
})
