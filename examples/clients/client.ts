// Connect, send, receive, and notice the end.
//
//   npm run example client [ENDPOINT [LINE…]]
//
// Without an endpoint it starts a server of its own. With one, start that server first:
// `npm run example start-a-server` in another terminal, then `npm run example client 8000`.
import { connect, createServer, HawserError, lines } from 'hawser'

const [endpoint, ...words] = process.argv.slice(2)

const server = createServer({ framing: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase())
})
if (endpoint === undefined) await server.listen('tcp://127.0.0.1:0')

try {
  const connection = await connect(endpoint ?? server.address(), {
    framing: lines(),
    connectTimeout: 3_000,
  })
  process.once('SIGINT', () => void connection.close())
  console.log(`connected to ${connection.remoteAddress} port ${connection.remotePort}`)

  for (const line of words.length > 0 ? words : ['hello', 'goodbye']) await connection.send(line)
  // Ends our direction only: the server's replies still arrive.
  await connection.end()
  for await (const line of connection) console.log(`received ${line}`)

  const { by, reason, bytesRead, bytesWritten } = await connection.closed
  console.log(`the end: ${reason} (${by}), ${bytesRead} bytes read, ${bytesWritten} written`)
} catch (error) {
  if (!(error instanceof HawserError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
} finally {
  await server.close()
}
