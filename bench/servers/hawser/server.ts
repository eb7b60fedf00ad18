import type { Server } from 'hawser'
import type { Request } from '../../control.js'
import { answerMeasurements } from '../../support/measured.js'

/** Whether this server was started with `fallback`: read through the plain 'data' event. */
export const fastRead: boolean = process.argv[2] !== 'fallback'

/** Listen on a port of its own, unless it listens, and let the harness measure it. */
export async function serveHawser<In, Out>(
  server: Server<In, Out>,
  more: Readonly<Record<string, Request>> = {},
): Promise<void> {
  if (server.addresses().length === 0) await server.listen({ port: 0, host: '127.0.0.1' })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
  answerMeasurements(address.port, { connections: () => server.connections.size, ...more })
}
