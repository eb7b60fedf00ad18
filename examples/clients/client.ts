// Connect, send, receive, and notice the end.
//
//   npm run example client [ENDPOINT [LINE…]]
//
// Start a server first: `npm run example start-a-server` in another terminal.
import { connect, HawserError, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000', ...words] = process.argv.slice(2)

try {
  const connection = await connect(endpoint, { framing: lines(), connectTimeout: 3_000 })
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
}
