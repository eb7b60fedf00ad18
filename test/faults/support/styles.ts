import { pipeline } from 'node:stream/promises'
import { type Connection, createServer, type Server, type ServerOptions } from 'hawser'
import type { Dialect } from './dialects.js'
import type { Book, Entry } from './ledger.js'

/** The ways to consume a connection. */
export type Style = 'iteration' | 'handler' | 'streams' | 'duplex'

export const styles: readonly Style[] = ['iteration', 'handler', 'streams', 'duplex']

type Talk = (connection: Connection<unknown, unknown>, dialect: Dialect, entry: Entry) => unknown

/** A server that answers as the ledger wants it, in this style. */
export function serve(
  style: Style,
  dialect: Dialect,
  book: Book,
  options: ServerOptions<unknown, unknown>,
): Server<unknown, unknown> {
  const all = { ...options, framing: dialect.framing }
  if (style === 'handler') {
    const withEntries = { ...all, data: () => book.open() }
    return createServer(withEntries, {
      message(connection, message) {
        const answer = connection.data.take(dialect.toText(message))
        void connection.send(dialect.toMessage(answer))
      },
      close(connection) {
        book.close(connection.data)
      },
    })
  }
  const talk: Talk = { iteration: talkInLoop, streams: talkInStreams, duplex: talkInDuplex }[style]
  return createServer(all, async (connection) => {
    const entry = book.open()
    try {
      await talk(connection, dialect, entry)
    } catch {
      // What breaks a connection off is what the soak does to it; the books say what was lost.
    } finally {
      book.close(entry)
    }
  })
}

async function talkInLoop(
  connection: Connection<unknown, unknown>,
  { toText, toMessage }: Dialect,
  entry: Entry,
): Promise<void> {
  for await (const message of connection) {
    await connection.send(toMessage(entry.take(toText(message))))
  }
}

async function talkInStreams(
  { readable, writable }: Connection<unknown, unknown>,
  { toText, toMessage }: Dialect,
  entry: Entry,
): Promise<void> {
  const answering = new TransformStream<unknown, unknown>({
    transform(message, controller) {
      controller.enqueue(toMessage(entry.take(toText(message))))
    },
  })
  await readable.pipeThrough(answering).pipeTo(writable)
}

async function talkInDuplex(
  connection: Connection<unknown, unknown>,
  { toText, toMessage }: Dialect,
  entry: Entry,
): Promise<void> {
  const duplex = connection.duplex()
  await pipeline(
    duplex,
    async function* answer(messages: AsyncIterable<unknown>) {
      for await (const message of messages) yield toMessage(entry.take(toText(message)))
    },
    duplex,
  )
}
