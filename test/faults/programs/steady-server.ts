import { createServer, lines } from 'hawser'
import { answerRequests } from '../support/answering.js'

/** Sends every line back. */
const server = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line) },
)

async function listen(): Promise<number> {
  await server.listen('tcp://0.0.0.0:0')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
  return address.port
}

answerRequests({ listen })
