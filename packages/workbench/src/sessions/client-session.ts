import { connect, createClient, type ConnectOptions } from 'hawser'
import { logTraffic, type SessionLog, type TrafficLog } from 'hawser/log'
import type { ClientDefinition } from '../protocol/definition.js'
import type { Tools } from '../tools.js'
import { WorkbenchError } from '../workbench-error.js'
import { type AnyConnection, ConnectionBook, nameOf } from './connection-book.js'
import { noFaults, noLimit, withoutUndefined } from './refusals.js'
import type { ConnectionPage, Counts, Running, RunningAround } from './running.js'
import type { ConnectionAct } from './sessions.js'

type Options = ConnectOptions<Uint8Array, Uint8Array>

/** One line to the server: a connection, or a client that makes one again and again. */
interface Line {
  readonly connection: AnyConnection | undefined
  close(): Promise<unknown>
}

/** Start a client. @returns rejects with what the library says when it cannot connect */
export async function startClient(
  definition: ClientDefinition,
  start: { readonly id: number; readonly tools: Tools; readonly log: SessionLog },
  around: RunningAround,
): Promise<Running> {
  const { tools } = start
  const { framing = 'raw', maxFrame, tls, idleTimeout } = definition
  const options: Options = withoutUndefined({
    framing: await tools.loadFraming(framing, { maxFrame }),
    idleTimeout,
    tls: tls === undefined || tls === false ? undefined : await tools.clientTls(tls),
  })
  const session = new ClientSession(definition, start, around)
  try {
    await session.open(options)
  } catch (error) {
    await session.stop()
    throw error
  }
  return session
}

class ClientSession implements Running {
  readonly #definition: ClientDefinition
  readonly #id: number
  readonly #log: SessionLog
  readonly #around: RunningAround
  readonly #lines: Line[] = []
  readonly #traffic: TrafficLog[] = []
  readonly #book: ConnectionBook
  readonly #gone = { read: 0, written: 0, connections: 0 }
  #isStopped = false

  constructor(
    definition: ClientDefinition,
    { id, log }: { readonly id: number; readonly log: SessionLog },
    around: RunningAround,
  ) {
    this.#definition = definition
    this.#id = id
    this.#log = log
    this.#around = around
    this.#book = new ConnectionBook(id, this.#joinedTraffic(), () => this.#open())
  }

  async open(options: Options): Promise<void> {
    const { connections = 1, reconnect = false } = this.#definition
    const opening = Array.from({ length: connections }, () =>
      reconnect ? this.#keepConnecting(options) : this.#connect(options),
    )
    await Promise.all(opening)
  }

  get counts(): Counts {
    const open = [...this.#open()]
    const { read, written, connections } = this.#gone
    return {
      addresses: open
        .map(({ remoteAddress, remotePort }) => nameOf(remoteAddress, remotePort))
        .slice(0, 1),
      connections: open.length,
      maxConnections: Infinity,
      accepted: connections + open.length,
      refused: 0,
      bytesRead: open.reduce((sum, { bytesRead }) => sum + bytesRead, read),
      bytesWritten: open.reduce((sum, { bytesWritten }) => sum + bytesWritten, written),
    }
  }

  connections(most: number): ConnectionPage {
    return this.#book.page(most)
  }

  async send(bytes: Uint8Array, to?: readonly number[]): Promise<number> {
    const count = await this.#book.send(bytes, to)
    if (count > 0) return count
    throw new WorkbenchError('WORKBENCH_NOT_NOW', 'not connected: start the client again')
  }

  act(connection: number, act: ConnectionAct): void {
    this.#book.act(connection, act)
  }

  limit(): void {
    throw noLimit('a client')
  }

  setFaults(): void {
    throw noFaults('a client')
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#lines.map((line) => line.close()))
    for (const traffic of this.#traffic) await traffic.stop()
  }

  *#open(): Iterable<AnyConnection> {
    for (const { connection } of this.#lines) if (connection !== undefined) yield connection
  }

  async #connect(options: Options): Promise<void> {
    const connection = await connect(this.#definition.connect, {
      ...options,
      handler: { message: () => undefined },
    })
    if (this.#isStopped) return connection.reset()
    let isOpen = true
    this.#lines.push({
      get connection() {
        return isOpen ? connection : undefined
      },
      close: () => connection.close({ timeout: patience }),
    })
    await this.#watch(connection)
    this.#begin(connection, () => {
      isOpen = false
      const isLast = [...this.#open()].length === 0
      if (isLast && !this.#isStopped) this.#around.failed('the connection has ended')
    })
  }

  async #keepConnecting(options: Options): Promise<void> {
    const client = createClient<Uint8Array, Uint8Array>(this.#definition.connect, {
      ...options,
      maxReconnects: Infinity,
      onMessage: () => undefined,
      onConnect: () => {
        const { connection } = client
        if (connection !== undefined) this.#begin(connection, () => undefined)
      },
    })
    this.#lines.push({
      get connection() {
        return client.connection
      },
      close: () => client.close(),
    })
    client.on('status', (status) => {
      this.#around.changed()
      if (status.state === 'disconnected' && status.error !== undefined) {
        this.#around.noticed(status.error.message)
      }
    })
    await this.#watch(client)
  }

  async #watch(target: object): Promise<void> {
    const { name } = this.#definition
    const details = { session: this.#id, name }
    this.#traffic.push(await logTraffic(target, this.#log, { details }))
  }

  #begin(connection: AnyConnection, ended: () => void): void {
    this.#book.begin(connection)
    this.#around.changed()
    void connection.closed.then(({ bytesRead, bytesWritten }) => {
      this.#gone.read += bytesRead
      this.#gone.written += bytesWritten
      this.#gone.connections++
      ended()
      this.#around.changed()
    })
  }

  /** Each line is logged by itself: a connection is known to one of them. */
  #joinedTraffic(): Pick<TrafficLog, 'numberOf' | 'sendingByHand'> {
    const all = this.#traffic
    return {
      numberOf(connection) {
        for (const traffic of all) {
          const number = traffic.numberOf(connection)
          if (number !== undefined) return number
        }
        return undefined
      },
      sendingByHand(connection) {
        for (const traffic of all) traffic.sendingByHand(connection)
      },
    }
  }
}

/** Milliseconds that a server may take to end when a session is stopped. */
const patience = 500
