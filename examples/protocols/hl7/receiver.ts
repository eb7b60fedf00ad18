// A receiver of HL7 messages.
import { createServer, type Server, type ServerOptions, serveRequests } from 'hawser'
import { type Header, makeAck, mllp, readHeader } from './mllp.js'

/**
 * @param handle stores a message: it is acknowledged when this is done, and its sender is asked to try
 *   again when this throws
 */
export function createReceiver(
  handle: (text: string, header: Header) => void | Promise<void>,
  options: ServerOptions<string, string> = {},
): Server<string, string> {
  return createServer<string, string>(
    { framing: mllp(), ...options },
    serveRequests<string, string>({
      // One after the other: messages about one patient must not overtake each other.
      concurrency: 1,
      async handle(text) {
        const header = readHeader(text)
        await handle(text, header)
        return makeAck(header, 'AA')
      },
      failed(error, text) {
        const reason = error instanceof Error ? error.message : 'it failed'
        const header = headerOf(text)
        return makeAck(header, header === undefined ? 'AR' : 'AE', reason)
      },
    }),
  )
}

function headerOf(text: string): Header | undefined {
  try {
    return readHeader(text)
  } catch {
    return undefined
  }
}
