import { Duplex } from 'node:stream'
import { ReadableStream, WritableStream } from 'node:stream/web'
import { FramingError } from '../errors.js'
import { ignore } from '../promises.js'
import type { Connection } from './face.js'

/** A WHATWG stream that asks for a message only when its reader does. */
export function toReadable<In, Out>(
  messages: AsyncIterator<In>,
  connection: Connection<In, Out>,
): ReadableStream<In> {
  return new ReadableStream<In>(
    {
      async pull(controller) {
        const { done, value } = await messages.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await connection.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** A WHATWG stream whose writes settle when there is room for the next. */
export function toWritable<In, Out>(connection: Connection<In, Out>): WritableStream<Out> {
  return new WritableStream<Out>({
    write: (message) => connection.send(message),
    close: () => connection.end(),
    abort: () => connection.reset(),
  })
}

/**
 * A loop over the whole stream ends the stream, so that it ends our direction: most versions of Node.js
 * do that by themselves, and 24.21 leaves a duplex open until its other side ends as well.
 */
class MessageStream extends Duplex {
  override async *[Symbol.asyncIterator](): AsyncGenerator<unknown, undefined> {
    try {
      yield* super[Symbol.asyncIterator]()
    } finally {
      this.destroy()
    }
  }
}

/**
 * A Node.js stream over both directions.
 *
 * @param bytes whether messages are plain bytes; otherwise the stream is in object mode
 */
export function toDuplex<In, Out>(
  messages: AsyncIterator<In>,
  connection: Connection<In, Out>,
  bytes: boolean,
): Duplex {
  let own: unknown
  const duplex = new MessageStream({
    objectMode: !bytes,
    // Messages are asked for one at a time, so that the framing can be switched at any of them.
    readableHighWaterMark: 0,
    allowHalfOpen: true,
    read() {
      messages.next().then(
        ({ done, value }) => {
          if (done === true) duplex.push(null)
          else if (value === null) duplex.destroy(nullMessage())
          else duplex.push(value)
        },
        (error: unknown) => {
          own = error
          duplex.destroy(error as Error)
        },
      )
    },
    write(message: Out, _encoding, callback) {
      connection.send(message).then(() => callback(), callback)
    },
    final(callback) {
      connection.end().then(() => callback(), callback)
    },
    destroy(error, callback) {
      // A loop over the stream that is left, or comes to its end, destroys it with an AbortError;
      // and what ended the connection itself lets it send what it accepted. Neither breaks it off.
      if (error === null || error === own || error.name === 'AbortError') void connection.close()
      else connection.reset()
      callback(error)
    },
  })
  // What a peer does must not end the process where nothing listens: `closed` says what happened.
  duplex.on('error', ignore)
  return duplex
}

/** A Node.js stream takes `null` for its end, and would drop all that follows. */
function nullMessage(): FramingError {
  return new FramingError(
    'HAWSER_MESSAGE_INVALID',
    'the message is null, which a Node.js stream takes for its end: use a loop, a handler or `readable`, or wrap messages in an object',
    { op: 'read' },
  )
}
