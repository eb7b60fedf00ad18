import { type CloseReason, createServer, lines, type Server, type TlsServerOptions } from 'hawser'
import { answerRequests } from '../support/answering.js'
import { closeFiles, grabFiles, openFiles } from '../machine/files.js'
import { Book } from '../support/ledger.js'

/**
 * The server that things happen to: answers lines as the ledger wants it. Its argument is JSON with
 * options of `createServer`, and `iterate` for a loop in place of a handler object.
 */
const { iterate = false, ...options } = JSON.parse(process.argv[2] ?? '{}') as {
  iterate?: boolean
  tls?: TlsServerOptions
}

const book = new Book()
const reasons: Partial<Record<CloseReason, number>> = {}
const errors: string[] = []
const framing = lines()
const server: Server<string, string> = iterate
  ? createServer({ ...options, framing }, async (connection) => {
      const entry = book.open()
      try {
        for await (const line of connection) await connection.send(entry.take(line))
      } finally {
        book.close(entry)
      }
    })
  : createServer(
      { ...options, framing, data: () => book.open() },
      {
        // The answer of `send` is not looked at: backpressure must hold all the same.
        message(connection, line) {
          void connection.send(connection.data.take(line))
        },
        close(connection, { reason }) {
          reasons[reason] = (reasons[reason] ?? 0) + 1
          book.close(connection.data)
        },
      },
    )
server.on('error', (error) => errors.push(String(error)))
await server.listen(`${options.tls === undefined ? 'tcp' : 'tls'}://127.0.0.1:0`)

answerRequests(
  {
    info: () => ({ ...server.info(), reasons, errors }),
    book: () => book.collect(),
    openFiles,
    grabFiles,
    closeFiles,
  },
  server.address(),
)
