import { createServer, lines } from 'hawser'
import { answerRequests } from '../support/answering.js'

/** Sends every line back, from the port it is told. */
const server = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line) },
)
await server.listen({ host: '127.0.0.1', port: Number(process.argv[2] ?? 0) })
const address = server.address()
answerRequests({}, { port: typeof address === 'string' ? 0 : address?.port })
