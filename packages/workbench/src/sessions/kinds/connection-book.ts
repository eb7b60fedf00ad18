import { type Connection, observe } from 'hawser'
import type { TrafficLog } from 'hawser/log'
import type { ConnectionState } from '../../protocol/session-state.js'
import type { TargetConnection } from '../../sequences/run-target.js'
import { WorkbenchError } from '../../workbench-error.js'
import type { ConnectionPage } from '../running.js'
import type { ConnectionAct } from '../sessions.js'
import { describeTls } from './describe-tls.js'

/** What any connection of a session is. */
export type AnyConnection = Connection<Uint8Array, Uint8Array>

/** The connections of a session, by their numbers in the log. */
export class ConnectionBook {
  readonly #session: number
  readonly #traffic: TrafficLog
  readonly #open: () => Iterable<AnyConnection>
  readonly #since = new WeakMap<AnyConnection, number>()
  readonly #paused = new WeakSet<AnyConnection>()

  /** @param open those that are open now */
  constructor(session: number, traffic: TrafficLog, open: () => Iterable<AnyConnection>) {
    this.#session = session
    this.#traffic = traffic
    this.#open = open
  }

  /** A connection has opened. */
  begin(connection: AnyConnection): void {
    this.#since.set(connection, Date.now())
  }

  page(most: number): ConnectionPage {
    const states: ConnectionState[] = []
    let all = 0
    for (const connection of this.#open()) {
      all++
      if (states.length < most) states.push(this.#describe(connection))
    }
    return { all, connections: states }
  }

  /** Send to all of them, or to some; those that fail meanwhile are not counted. */
  async send(bytes: Uint8Array, to?: readonly number[]): Promise<number> {
    const sent = this.#choose(to).map((connection) => {
      this.#traffic.sendingByHand(connection)
      return connection.send(bytes)
    })
    const ends = await Promise.allSettled(sent)
    const failure = ends.find((end) => end.status === 'rejected')
    const count = ends.filter(({ status }) => status === 'fulfilled').length
    if (failure !== undefined && count === 0) throw failed(failure.reason)
    return count
  }

  targets(to?: readonly number[]): readonly TargetConnection[] {
    return this.#choose(to).map((connection) => ({
      number: this.#traffic.numberOf(connection) ?? 0,
      closed: connection.closed,
    }))
  }

  /** Hear each message that comes. @returns ends it */
  hear(listener: (connection: number, message: Uint8Array) => void): () => void {
    return observe('hawser:connection:message-in', ({ connection, message }) => {
      const number = this.#traffic.numberOf(connection)
      if (number !== undefined && message instanceof Uint8Array) listener(number, message)
    })
  }

  act(number: number, act: ConnectionAct): void {
    const connection = this.#find(number)
    switch (act) {
      case 'pause':
        connection.pause()
        this.#paused.add(connection)
        break
      case 'resume':
        connection.resume()
        this.#paused.delete(connection)
        break
      case 'end':
        connection.end().catch(() => undefined)
        break
      case 'close':
        void connection.close({ reason: 'by-hand' })
        break
      case 'reset':
        connection.reset({ reason: 'by-hand' })
        break
    }
  }

  #choose(to: readonly number[] | undefined): AnyConnection[] {
    const wanted = to && new Set(to)
    return [...this.#open()].filter((connection) => {
      const number = this.#traffic.numberOf(connection)
      return wanted === undefined || (number !== undefined && wanted.has(number))
    })
  }

  #find(number: number): AnyConnection {
    for (const connection of this.#open()) {
      if (this.#traffic.numberOf(connection) === number) return connection
    }
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', `connection ${number} is not open any more`)
  }

  #describe(connection: AnyConnection): ConnectionState {
    const { localAddress, localPort, remoteAddress, remotePort } = connection
    return {
      id: this.#traffic.numberOf(connection) ?? 0,
      session: this.#session,
      local: nameOf(localAddress, localPort),
      remote: nameOf(remoteAddress, remotePort),
      since: this.#since.get(connection) ?? 0,
      phase: connection.phase,
      isPaused: this.#paused.has(connection),
      bytesRead: connection.bytesRead,
      bytesWritten: connection.bytesWritten,
      unsent: connection.unsent,
      tls: connection.tls && describeTls(connection.tls),
    }
  }
}

/** An address and a port, or the path of a Unix socket, whose client has no name. */
export function nameOf(address: string | undefined, port: number | undefined): string {
  if (port === undefined)
    return address === undefined || address === '' ? 'unix' : `unix:${address}`
  return address?.includes(':') ? `[${address}]:${port}` : `${address ?? ''}:${port}`
}

function failed(cause: unknown): WorkbenchError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new WorkbenchError('WORKBENCH_FAILED', message, { cause })
}
