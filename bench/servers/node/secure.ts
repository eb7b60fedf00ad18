import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { createIdentity } from '../../support/identity.js'
import { answerMeasurements } from '../../support/measured.js'
import { answerLines } from './answer-lines.js'

// Lines over node:tls, by hand.
const server = createServer({ ...(await createIdentity()), noDelay: true }, (socket) => {
  // The load resets its connections when it is done with them.
  socket.on('error', () => {})
  answerLines(socket)
})
server.on('tlsClientError', () => {})
server.listen(0, '127.0.0.1', 4096, () => {
  const { port } = server.address() as AddressInfo
  answerMeasurements(port, { tlsPort: () => port })
})
