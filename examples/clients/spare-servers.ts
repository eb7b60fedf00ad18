// Try the next server, or another way in, when one is down. An error says why each of them failed.
//
//   npm run example spare-servers [-- ENDPOINT… [--proxy URL…]]
//
// Without an endpoint it starts a server of its own, behind one that is down.
import { connect, ConnectError, createServer, formatEndpoint, HawserError, lines } from 'hawser'

const words = process.argv.slice(2)
const at = words.includes('--proxy') ? words.indexOf('--proxy') : words.length
const endpoints = words.slice(0, at)
const proxies = words.slice(at + 1)

const spare = createServer({ framing: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(`the spare heard ${line}`)
})
if (endpoints.length === 0) {
  const down = createServer()
  for (const server of [down, spare]) {
    await server.listen('tcp://127.0.0.1:0')
    endpoints.push(formatEndpoint(server.address() ?? ''))
  }
  await down.close()
}

try {
  const connection = await connect(endpoints, {
    framing: lines(),
    // The first that accepts is taken. Each gets an equal share of the time that is left.
    order: 'first',
    connectTimeout: 3_000,
    proxy: proxies.length > 0 ? proxies : undefined,
  })
  console.log(`connected to ${connection.remoteAddress} port ${connection.remotePort}`)
  await connection.send('hello')
  await connection.end()
  for await (const line of connection) console.log(`received ${line}`)
  await connection.closed
} catch (error) {
  if (!(error instanceof HawserError)) throw error
  console.error(`${error.code}: ${error.message}`)
  if (error instanceof ConnectError) {
    for (const { address, port, code } of error.attempts) {
      console.error(`  ${address} port ${port}: ${code}`)
    }
  }
  process.exitCode = 1
} finally {
  await spare.close()
}
