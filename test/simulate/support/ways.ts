import { pipeline } from 'node:stream/promises'
import type { Connection, Handler, ServerConnection } from 'hawser'
import type { World } from 'hawser/simulate'
import { attempt } from './errors.js'

/** A message of a text framing, or of one of bytes. */
export type Message = string | Uint8Array

/** One end of a connection whose messages are read as text. */
export type TextConnection = Connection<Message, string>

/** A message's text. */
export function textOf(message: Message): string {
  return typeof message === 'string' ? message : Buffer.from(message).toString()
}

const loops = ['loop', 'batches', 'readable', 'duplex'] as const

/** The ways to consume a connection. */
type Loop = (typeof loops)[number]

/** What is done with a message; text is sent back. */
export type Take = (
  connection: ServerConnection<Message, string>,
  message: string,
) => string | undefined | Promise<string | undefined>

/** A handler that consumes in a way that the seed chooses, for all its connections. */
export function pickHandler(world: World, take: Take): Handler<Message, string> {
  const way = world.pick(['object', ...loops] as const)
  world.note(`the server consumes by ${way}`)
  if (way === 'object') return objectHandler(take)
  return async (connection) => {
    await attempt(world, 'a handler', () => reply(connection, way, take))
  }
}

function objectHandler(take: Take): Handler<Message, string> {
  return {
    async message(connection, message) {
      const text = await take(connection, textOf(message))
      if (text !== undefined) await connection.send(text).catch(() => undefined)
    },
  }
}

async function reply(
  connection: ServerConnection<Message, string>,
  way: Loop,
  take: Take,
): Promise<void> {
  if (way === 'duplex') {
    const stream = connection.duplex()
    await pipeline(
      stream,
      async function* (messages: AsyncIterable<Message>) {
        for await (const message of messages) {
          const text = await take(connection, textOf(message))
          if (text !== undefined) yield text
        }
      },
      stream,
    )
  } else if (way === 'readable') {
    const writer = connection.writable.getWriter()
    writer.closed.catch(() => undefined)
    for await (const message of connection.readable) {
      const text = await take(connection, textOf(message))
      if (text !== undefined) await writer.write(text)
    }
    await writer.close()
  } else {
    for await (const message of messagesOf(connection, way)) {
      const text = await take(connection, message)
      if (text !== undefined) await connection.send(text)
    }
  }
}

/** The messages of a connection as text, in a way that the seed chooses. */
export function pickMessages(world: World, connection: TextConnection): AsyncIterable<string> {
  return messagesOf(connection, world.pick(loops))
}

/** The messages of a connection as they are, in a way that the seed chooses. */
export function pickWay<In, Out>(world: World, connection: Connection<In, Out>): AsyncIterable<In> {
  return consume(connection, world.pick(loops))
}

async function* messagesOf(connection: TextConnection, way: Loop): AsyncIterable<string> {
  for await (const message of consume(connection, way)) yield textOf(message)
}

async function* consume<In, Out>(connection: Connection<In, Out>, way: Loop): AsyncIterable<In> {
  if (way === 'batches') {
    for await (const batch of connection.batches()) yield* batch
    return
  }
  const source: AsyncIterable<In> =
    way === 'loop'
      ? connection
      : way === 'readable'
        ? connection.readable
        : connection.duplex().on('error', () => undefined)
  yield* source
}
