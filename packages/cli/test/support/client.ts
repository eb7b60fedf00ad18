import { connect, type Connection, lines } from 'hawser'
import { onTestFinished } from 'vitest'

/** A client of the command under test, closed with the test. */
export async function connectLines(port: number): Promise<Connection<string, string>> {
  const connection = await connect(`127.0.0.1:${port}`, { framing: lines() })
  onTestFinished(async () => {
    connection.reset()
    await connection.closed
  })
  return connection
}

/** The next message of a connection. */
export async function nextMessage<In>(connection: Connection<In, never>): Promise<In> {
  for await (const message of connection) return message
  throw new Error('the connection ended, and a message was expected')
}

/** The next message of a connection that carries bytes, as text. */
export async function nextText(connection: Connection<Uint8Array, never>): Promise<string> {
  return Buffer.from(await nextMessage(connection)).toString()
}
