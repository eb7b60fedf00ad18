import { createServer, formatEndpoint, type Server, type ServerOptions } from 'hawser'
import { logTraffic, type SessionLog, type TrafficLog } from 'hawser/log'
import type { Definition, ServerDefinition } from '../../protocol/definition.js'
import type { Responder } from '../../protocol/responder.js'
import type { Script } from '../../scripts/script.js'
import type { TargetConnection } from '../../sequences/run-target.js'
import { WorkbenchError } from '../../workbench-error.js'
import { type AnyConnection, ConnectionBook } from './connection-book.js'
import { logDetails } from './log-details.js'
import { noFaults, noResponders, withoutUndefined } from '../refusals.js'
import { Responding } from './responding.js'
import type { ConnectionPage, Counts, Running, RunningAround, SessionStart } from '../running.js'
import type { ConnectionAct } from '../sessions.js'

/** A server whose messages are bytes: ours, or one of the command. */
export type AnyServer = Server<Uint8Array, Uint8Array>

/** Milliseconds that clients may take to end when a session is stopped. */
const patience = 500

/** Start a server. @returns rejects with what the library says when it cannot listen */
export async function startServer(
  definition: ServerDefinition,
  start: SessionStart,
  around: RunningAround,
): Promise<Running> {
  const { tools, log, id } = start
  const { listen, framing = 'raw', maxFrame, tls, respond = 'none', greeting } = definition
  const hello = greeting === undefined ? undefined : Buffer.from(greeting)
  const options: ServerOptions<Uint8Array, Uint8Array> = withoutUndefined({
    framing: await tools.loadFraming(framing, { maxFrame }),
    idleTimeout: definition.idleTimeout,
    maxConnections: definition.maxConnections,
    tls: tls === undefined || tls === false ? undefined : await tools.serverTls(tls),
    onError: (error: Error) => around.noticed(error.message),
  })
  const responding = new Responding(definition, start.script, (text) => around.noticed(text))
  const server: AnyServer = createServer(options, {
    open: (connection) => {
      return hello && connection.send(hello)
    },
    message: (connection, message) =>
      responding.take(connection, message, () => {
        if (respond === 'echo') return connection.send(message)
        // One that does not keep up misses messages: it must not hold up the others.
        if (respond === 'chat') server.broadcast(message, { except: connection, overflow: 'skip' })
        return undefined
      }),
  })
  const running = await adoptServer(server, { id, log, definition, responding }, around)
  try {
    await server.listen(listen)
  } catch (error) {
    await running.stop()
    throw error
  }
  return running
}

/** Watch a server that was made elsewhere. */
export async function adoptServer(
  server: AnyServer,
  its: {
    readonly id: number
    readonly log: SessionLog
    readonly definition: Definition
    /** The rules that its handler goes by. */
    readonly responding?: Responding
  },
  around: RunningAround,
): Promise<Running> {
  const { id, log, definition, responding } = its
  const traffic = await logTraffic(server, log, { details: logDetails(id, definition) })
  if (responding !== undefined) responding.traffic = traffic
  return new ServerSession(server, { id, log, traffic, responding }, around)
}

class ServerSession implements Running {
  readonly #server: AnyServer
  readonly #traffic: TrafficLog
  readonly #book: ConnectionBook
  readonly #responding: Responding | undefined
  /** What connections had that are gone. */
  readonly #gone = { read: 0, written: 0 }

  constructor(
    server: AnyServer,
    {
      id,
      log,
      traffic,
      responding,
    }: { id: number; log: SessionLog; traffic: TrafficLog; responding: Responding | undefined },
    around: RunningAround,
  ) {
    this.#server = server
    this.#traffic = traffic
    this.#responding = responding
    this.#book = new ConnectionBook(
      id,
      traffic,
      () => server.connections as Iterable<AnyConnection>,
    )
    server.on('connection', (connection) => {
      const opened = connection as AnyConnection
      this.#book.begin(opened)
      around.changed()
      void opened.closed.then(({ bytesRead, bytesWritten }) => {
        this.#gone.read += bytesRead
        this.#gone.written += bytesWritten
        around.changed()
      })
    })
    server.on('drop', ({ reason, connections, limit, remoteAddress, remotePort }) => {
      const who = { remoteAddress, remotePort }
      log.event({ event: 'refused', session: id, reason, connections, limit, ...who })
      around.changed()
    })
    server.on('listening', () => {
      log.event({ event: 'listening', session: id, addresses: this.counts.addresses })
      around.changed()
    })
  }

  get counts(): Counts {
    const { accepted, refused, maxConnections, connections } = this.#server.info()
    let { read, written } = this.#gone
    for (const { bytesRead, bytesWritten } of this.#server.connections) {
      read += bytesRead
      written += bytesWritten
    }
    return {
      addresses: this.#server.addresses().map((address) => shorten(formatEndpoint(address))),
      connections,
      maxConnections,
      accepted,
      refused: Object.values(refused).reduce((sum, count) => sum + count, 0),
      bytesRead: read,
      bytesWritten: written,
    }
  }

  connections(most: number): ConnectionPage {
    return this.#book.page(most)
  }

  send(bytes: Uint8Array, to?: readonly number[]): Promise<number> {
    return this.#book.send(bytes, to)
  }

  act(connection: number, act: ConnectionAct): void {
    this.#book.act(connection, act)
  }

  targets(to?: readonly number[]): readonly TargetConnection[] {
    return this.#book.targets(to)
  }

  hear(listener: (connection: number, message: Uint8Array) => void): () => void {
    return this.#book.hear(listener)
  }

  limit(maxConnections: number): void {
    try {
      this.#server.maxConnections = maxConnections
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new WorkbenchError('WORKBENCH_INVALID', message, { cause })
    }
  }

  setFaults(): void {
    throw noFaults('a server')
  }

  setResponders(responders: readonly Responder[]): void {
    if (this.#responding === undefined) throw noResponders('a server of the command')
    this.#responding.set(responders)
  }

  setScript(script: Script | undefined): void {
    if (this.#responding === undefined) throw noResponders('a server of the command')
    this.#responding.setScript(script)
  }

  async stop(): Promise<void> {
    await this.#server.close({ drain: patience })
    this.#responding?.close()
    await this.#traffic.stop()
  }
}

function shorten(endpoint: string): string {
  return endpoint.replace('tcp://', '')
}
