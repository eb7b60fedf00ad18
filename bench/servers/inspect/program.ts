import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { answerMeasurements } from '../../support/measured.js'

// A program that knows nothing of an inspector, and runs with or without one.
const server: Server =
  process.argv[2] === 'http'
    ? createHttpServer({ noDelay: true }, greet)
    : createServer({ noDelay: true }, (socket) => {
        // The load resets its connections when it is done with them.
        socket.on('error', () => {})
        socket.on('data', (chunk) => {
          socket.write(chunk)
        })
      })

function greet(_request: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 6 })
  response.end('hello\n')
}

/** Whether there is a tap, and an inspector that it can send to. */
function isTapped(): boolean {
  const tap = Reflect.get(globalThis, Symbol.for('hawser.tap')) as { isOff: boolean } | undefined
  return tap?.isOff === false
}

/** The inspector is stopped until this process ends, which it would wait for in vain. */
function freeze(): void {
  process.kill(process.ppid, 'SIGSTOP')
  process.on('exit', () => process.kill(process.ppid, 'SIGCONT'))
}

server.listen(0, '127.0.0.1', 4096, () => {
  const { port } = server.address() as AddressInfo
  answerMeasurements(port, { tapped: isTapped, freeze })
})
