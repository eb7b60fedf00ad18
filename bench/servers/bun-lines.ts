import { answerMeasurements } from '../support/measured.js'

/** The little of Bun's TCP server that is used here. */
interface BunSocket {
  data: { rest: string; unsent: Buffer | undefined }
  write(bytes: Buffer): number
}
declare const Bun: {
  listen(options: {
    hostname: string
    port: number
    socket: {
      open(socket: BunSocket): void
      data(socket: BunSocket, chunk: Buffer): void
      drain(socket: BunSocket): void
      error(socket: BunSocket, error: Error): void
    }
  }): { port: number }
}

const writePerLine = process.argv[2] === 'per-line'

const server = Bun.listen({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open(socket) {
      socket.data = { rest: '', unsent: undefined }
    },
    data(socket, chunk) {
      const parts = (socket.data.rest + chunk.toString()).split('\n')
      socket.data.rest = parts.pop() ?? ''
      const answers = parts.map((line) => `${line.toUpperCase()}\n`)
      if (writePerLine) for (const answer of answers) send(socket, answer)
      else if (answers.length > 0) send(socket, answers.join(''))
    },
    drain(socket) {
      const { unsent } = socket.data
      socket.data.unsent = undefined
      if (unsent !== undefined) write(socket, unsent)
    },
    error() {},
  },
})

function send(socket: BunSocket, text: string): void {
  const bytes = Buffer.from(text)
  const { unsent } = socket.data
  if (unsent === undefined) write(socket, bytes)
  else socket.data.unsent = Buffer.concat([unsent, bytes])
}

/** Bun takes what the kernel takes and leaves the rest to the caller. */
function write(socket: BunSocket, bytes: Buffer): void {
  const taken = socket.write(bytes)
  if (taken < bytes.length) socket.data.unsent = bytes.subarray(Math.max(taken, 0))
}

answerMeasurements(server.port)
