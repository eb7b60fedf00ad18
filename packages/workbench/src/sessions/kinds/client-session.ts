import { type Client, type ClientOptions, createClient } from 'hawser'
import { logTraffic, type SessionLog, type TrafficLog } from 'hawser/log'
import type { ClientDefinition } from '../../protocol/definition.js'
import type { Responder } from '../../protocol/responder.js'
import type { Script } from '../../scripts/script.js'
import type { TargetConnection } from '../../sequences/run-target.js'
import { WorkbenchError } from '../../workbench-error.js'
import { type AnyConnection, ConnectionBook, nameOf } from './connection-book.js'
import { FailedTries } from './failed-tries.js'
import { logDetails } from './log-details.js'
import { failureText } from '../failure-text.js'
import { noFaults, noLimit, withoutUndefined } from '../refusals.js'
import { Responding } from './responding.js'
import type { ConnectionPage, Counts, Running, RunningAround, SessionStart } from '../running.js'
import type { ConnectionAct } from '../sessions.js'

type Line = Client<Uint8Array, Uint8Array>

/** Milliseconds that a server may take to end when a session is stopped. */
const patience = 500

/**
 * Start a client.
 *
 * @param start aborted to give it up while it connects
 * @returns rejects with what the library says when it cannot connect, unless it goes on trying
 */
export async function startClient(
  definition: ClientDefinition,
  start: SessionStart & { readonly signal: AbortSignal },
  around: RunningAround,
): Promise<Running> {
  const { tools, log, id, signal } = start
  const { connect, framing = 'raw', maxFrame, tls, idleTimeout } = definition
  const { connections = 1, reconnect = false } = definition
  const options: ClientOptions<Uint8Array, Uint8Array> = withoutUndefined({
    framing: await tools.loadFraming(framing, { maxFrame }),
    idleTimeout,
    tls: tls === undefined || tls === false ? undefined : await tools.clientTls(tls),
    maxReconnects: reconnect ? Infinity : 0,
    // A person asks for nothing by request(): all that comes is a message.
    correlate: { unsolicited: 'push' },
    onError: (error: Error) => around.noticed(error.message),
  })
  const responding = new Responding(definition, start.script, (text) => around.noticed(text))
  const lines = Array.from({ length: connections }, () => {
    const line: Line = createClient(connect, {
      ...options,
      onMessage: (message) => {
        const { connection } = line
        return connection && responding.take(connection, message, () => undefined)
      },
    })
    return line
  })
  const traffic = await logTraffic(lines, log, { details: logDetails(id, definition) })
  responding.traffic = traffic
  const session = new ClientSession(lines, { id, log, traffic, responding }, around)
  if (reconnect) return session
  const giveUp = (): void => void session.stop()
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  try {
    await Promise.all(lines.map((line) => line.ready()))
  } catch (error) {
    await session.stop()
    // That the client is closed is true, and of no help: why it could not connect is.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  return session
}

interface ClientParts {
  readonly id: number
  readonly log: SessionLog
  readonly traffic: TrafficLog
  readonly responding: Responding
}

class ClientSession implements Running {
  readonly #id: number
  readonly #log: SessionLog
  readonly #lines: readonly Line[]
  readonly #traffic: TrafficLog
  readonly #around: RunningAround
  readonly #book: ConnectionBook
  readonly #responding: Responding
  readonly #tries = new FailedTries()
  /** What connections had that are gone. */
  readonly #gone = { read: 0, written: 0, connections: 0 }
  #ended = 0
  #isStopped = false

  constructor(
    lines: readonly Line[],
    { id, log, traffic, responding }: ClientParts,
    around: RunningAround,
  ) {
    this.#id = id
    this.#log = log
    this.#lines = lines
    this.#traffic = traffic
    this.#responding = responding
    this.#around = around
    this.#book = new ConnectionBook(id, traffic, () => this.#open())
    for (const line of lines) this.#follow(line)
  }

  get counts(): Counts {
    const open = this.#open()
    const { read, written, connections } = this.#gone
    const [first] = open
    return {
      addresses: first === undefined ? [] : [nameOf(first.remoteAddress, first.remotePort)],
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
    throw new WorkbenchError('WORKBENCH_NOT_NOW', 'it is not connected: start the client again')
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

  limit(): void {
    throw noLimit('a client')
  }

  setFaults(): void {
    throw noFaults('a client')
  }

  setResponders(responders: readonly Responder[]): void {
    this.#responding.set(responders)
  }

  setScript(script: Script | undefined): void {
    this.#responding.setScript(script)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(
      this.#lines.map((line) => line.close({ drain: patience }).catch(() => undefined)),
    )
    this.#responding.close()
    await this.#traffic.stop()
  }

  #open(): AnyConnection[] {
    return this.#lines.flatMap(({ connection }) => (connection === undefined ? [] : [connection]))
  }

  #follow(line: Line): void {
    line.on('status', (status) => {
      const { connection } = line
      if (status.state === 'connected' && connection !== undefined) this.#begin(connection)
      if (status.state === 'disconnected' && status.error !== undefined) {
        this.#failed(failureText(status.error))
      }
      if (status.state === 'closed') this.#closed(status.error)
      this.#around.changed()
    })
  }

  #failed(error: string): void {
    const tries = this.#tries.count(error)
    if (tries === undefined) return
    this.#log.event({ event: 'failed', session: this.#id, error, tries })
    this.#around.noticed(error)
  }

  #begin(connection: AnyConnection): void {
    this.#tries.clear()
    this.#book.begin(connection)
    void connection.closed.then(({ bytesRead, bytesWritten }) => {
      this.#gone.read += bytesRead
      this.#gone.written += bytesWritten
      this.#gone.connections++
      this.#around.changed()
    })
  }

  #closed(error: Error | undefined): void {
    this.#ended++
    if (this.#isStopped || this.#ended < this.#lines.length) return
    this.#around.failed(
      error === undefined ? 'the server has ended the connection' : failureText(error),
    )
  }
}
