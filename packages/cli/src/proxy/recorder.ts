import type { Connection, HawserError } from 'hawser'
import {
  createLog,
  type JsonValue,
  type LoggedConnection,
  type MaskRule,
  type OpenDetails,
  rowFlags,
  type SessionLog,
} from 'hawser/log'
import { remoteName } from '../output/addresses.js'
import type { ProxyClosedEvent } from '../output/events.js'
import type { Way } from './faults/fault.js'
import type { Effect } from './faults/stage.js'

/** One connection through a proxy, in a session log. */
export interface ConnectionRecord {
  /**
   * Bytes came in, before any fault.
   *
   * @param effects what was done to them
   */
  came(way: Way, piece: Uint8Array, effects: readonly Effect[]): void
  /** A direction ended in order: FIN. */
  ended(way: Way): void
  /** A fault meets it, or did something to it. */
  fault(way: Way, name: string, fault: string, what?: string, effect?: Effect): void
  /** A rule was applied. */
  ruled(way: Way, rule: string, what: string, effect?: Effect): void
  /** It is over. */
  closed(event: ProxyClosedEvent): void
}

/** Writes what goes through proxies to a session log. */
export interface Recorder {
  /** A client was joined with the target, through the proxy of this name. */
  open(proxy: string, client: Connection, target: Connection): ConnectionRecord
  /** A client could not be joined. */
  failed(proxy: string, client: Connection, message: string): void
  /** Write what waits. */
  close(): Promise<void>
}

/**
 * Begin a session log, or continue one.
 *
 * @param mask what must not be in it
 * @param onError called when the log stops
 * @returns rejects with LogError when it cannot be written
 */
export async function createRecorder(
  file: string,
  mask: readonly MaskRule[] | undefined,
  onError: (error: HawserError) => void,
): Promise<Recorder> {
  return recordInto(await createLog(file, { mask, onError }), {})
}

/**
 * Write to a log that there is.
 *
 * @param details what else is said of each connection when it begins
 */
export function recordInto(
  log: SessionLog,
  details: OpenDetails,
  opened?: (connection: LoggedConnection, client: Connection, target: Connection) => void,
): Recorder {
  return new LogRecorder(log, details, opened)
}

class LogRecorder implements Recorder {
  readonly #log: SessionLog
  readonly #details: OpenDetails
  readonly #opened: Parameters<typeof recordInto>[2]

  constructor(log: SessionLog, details: OpenDetails, opened: Parameters<typeof recordInto>[2]) {
    this.#log = log
    this.#details = details
    this.#opened = opened
  }

  open(proxy: string, client: Connection, target: Connection): ConnectionRecord {
    const details = { side: 'proxy', proxy, target: remoteName(target), ...this.#details }
    const connection = this.#log.open(client, details)
    this.#opened?.(connection, client, target)
    return new LogRecord(connection, { up: client, down: target })
  }

  failed(proxy: string, client: Connection, message: string): void {
    const details = { side: 'proxy', proxy, ...this.#details }
    this.#log.open(client, details).close({ by: 'local', error: message })
  }

  close(): Promise<void> {
    return this.#log.close()
  }
}

class LogRecord implements ConnectionRecord {
  readonly #connection: LoggedConnection
  readonly #from: Readonly<Record<Way, Connection>>

  constructor(connection: LoggedConnection, from: Readonly<Record<Way, Connection>>) {
    this.#connection = connection
    this.#from = from
  }

  came(way: Way, piece: Uint8Array, effects: readonly Effect[]): void {
    let flags = this.#from[way].tls === undefined ? 0 : rowFlags.tls
    // What is lost arrives otherwise than it came, too.
    for (const { kind } of effects) flags |= rowFlags[kind === 'repeated' ? kind : 'changed']
    if (way === 'up') this.#connection.in(piece, flags)
    else this.#connection.out(piece, flags)
  }

  ended(way: Way): void {
    this.#connection.event({ event: 'end', direction: directions[way] })
  }

  fault(way: Way, name: string, fault: string, what?: string, effect?: Effect): void {
    const done = what === undefined ? {} : { what }
    const direction = directions[way]
    this.#connection.event({ event: 'fault', direction, name, fault, ...done, ...said(effect) })
  }

  ruled(way: Way, rule: string, what: string, effect?: Effect): void {
    const direction = directions[way]
    this.#connection.event({ event: 'rule', direction, rule, what, ...said(effect) })
  }

  closed({ by, reason, up, down, error }: ProxyClosedEvent): void {
    this.#connection.close({ by, reason, up, down, ...(error === undefined ? {} : { error }) })
  }
}

/** The directions of a log are those of the client's connection. */
const directions = { up: 'in', down: 'out' } as const

function said(effect: Effect | undefined): Readonly<Record<string, JsonValue>> {
  return effect === undefined ? {} : { effect: effect.kind, bytes: effect.bytes }
}
