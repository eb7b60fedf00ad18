// A client with spare servers, perhaps behind proxies: who answered, or why nobody did.
//
//   node examples/dist/19-several-servers.js ENDPOINT… [--proxy URL…]
import { connect, ConnectError, HawserError, lines } from 'hawser'

const words = process.argv.slice(2)
const at = words.includes('--proxy') ? words.indexOf('--proxy') : words.length
const endpoints = words.slice(0, at)
const proxies = words.slice(at + 1)

try {
  const connection = await connect(endpoints, {
    framing: lines(),
    // The first is preferred; it gets an equal share of the time, and the others the rest.
    order: 'first',
    timeout: 3_000,
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
}
