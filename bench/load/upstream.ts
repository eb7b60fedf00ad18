import { createServer, type AddressInfo } from 'node:net'
import { upperCaseInPlace } from '../support/letters.js'
import type { Answer } from './traffic.js'

const opened = new Map<Answer, Promise<number>>()

/**
 * A server inside the load, for a relay or a client under test: answers each chunk with one write.
 * There is one for each answer; this is its port.
 */
export function findUpstream(answer: Answer): Promise<number> {
  const port = opened.get(answer) ?? open(answer)
  opened.set(answer, port)
  return port
}

function open(answer: Answer): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    // What is under test may reset its connections.
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (answer === 'upper') upperCaseInPlace(chunk)
      socket.write(chunk)
    })
  })
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', 4096, () => resolve((server.address() as AddressInfo).port))
  })
}
