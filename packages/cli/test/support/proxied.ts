import {
  connect,
  type Connection,
  createServer,
  type Handler,
  lines,
  raw,
  type Server,
} from 'hawser'
import { onTestFinished } from 'vitest'
import { Command, type CommandOptions } from './command.js'

/** A server to stand in front of; it is closed with the test. */
export async function serveTarget(
  handler: Handler<Uint8Array, Uint8Array | string>,
): Promise<number> {
  const server = createServer({ framing: raw() }, handler)
  await server.listen('127.0.0.1:0')
  onTestFinished(async () => {
    await server.close({ drain: 0 })
  })
  return portOf(server)
}

/** The port that a server listens on. */
export function portOf(server: Pick<Server, 'addresses'>): number {
  const [address] = server.addresses()
  if (typeof address === 'object') return address.port
  throw new Error('it has no port')
}

/** A server that sends back what it gets. */
export function serveEcho(): Promise<number> {
  return serveTarget({ message: (client, bytes) => client.send(bytes) })
}

/** A proxy in front of a port, and the port it listens on. */
export async function startProxy(
  target: number | string,
  words: readonly string[] = [],
  options?: CommandOptions,
): Promise<{ proxy: Command; port: number }> {
  const proxy = Command.hawser(['proxy', '0', String(target), ...words], options)
  const [, port] = await proxy.prints(/t(?:cp|ls):\/\/127\.0\.0\.1:(\d+)/)
  return { proxy, port: Number(port) }
}

/** A client of a proxy, reset with the test. */
export async function connectRaw(port: number): Promise<Connection> {
  const connection = await connect(`127.0.0.1:${port}`, { framing: raw(), allowHalfOpen: true })
  onTestFinished(async () => {
    connection.reset()
    await connection.closed
  })
  return connection
}

/** Everything that a connection receives until its end, as text. */
export async function readAll(connection: Connection): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of connection) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

/** Send a line, and wait for one. */
export async function ask(port: number, line: string): Promise<string> {
  const client = await connect(`127.0.0.1:${port}`, { framing: lines() })
  try {
    await client.send(line)
    return await client.receive()
  } finally {
    await client.close()
  }
}
