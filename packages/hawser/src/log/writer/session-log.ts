import type { LogError } from '../../errors.js'
import type { LogEvent } from '../format/events.js'

/** What a log says about a connection when it begins. `Connection` is one. */
export interface LoggedEnds {
  /** Our IP address, or the path of our Unix socket. */
  readonly localAddress?: string | undefined
  /** Our port; undefined on a Unix socket. */
  readonly localPort?: number | undefined
  /** The peer's IP address. */
  readonly remoteAddress?: string | undefined
  /** The peer's port; undefined on a Unix socket. */
  readonly remotePort?: number | undefined
}

/** What a log says about a connection when it begins, beside its two ends: any values for JSON. */
export type OpenDetails = Omit<LogEvent, 'event'>

/** Bytes and rows that were lost before they reached the log. */
export interface LostRows {
  /** How many rows. */
  readonly rows: number
  /** Bytes that came from the peer. */
  readonly in: number
  /** Bytes that went to the peer. */
  readonly out: number
}

/** Where and when a connection was seen, where it was not here and now. */
export interface SeenElsewhere {
  /** What `source` returned. Default 0: the writer of the log. */
  readonly source?: number | undefined
  /** Milliseconds since 1970. Default: now. */
  readonly time?: number | undefined
}

/**
 * One connection in a log. No function of it throws, and none waits. Each takes a time in milliseconds since 1970, for what
 * was seen by another process; the default is now.
 */
export interface LoggedConnection {
  /** Its number in the log: 1, 2, 3, … */
  readonly id: number
  /**
   * Bytes came from the peer; in a proxy, from the client. They are copied before the call returns.
   *
   * @param flags what there is to say of them: `rowFlags.tls | rowFlags.changed`
   */
  in(bytes: Uint8Array, flags?: number, time?: number): void
  /** Bytes went to the peer; in a proxy, to the client. They are copied before the call returns. */
  out(bytes: Uint8Array, flags?: number, time?: number): void
  /** Something happened: `{ event: 'note', text: 'the order was paid' }`, at most 64 KiB as JSON. */
  event(event: LogEvent, time?: number): void
  /** So much of it was lost before it came here: a row `lost`, as of what a slow disk loses. */
  lost(lost: LostRows, time?: number): void
  /** It is over: an event `close` with these details. What is logged after it is left out. */
  close(details?: OpenDetails, time?: number): void
}

/** What a log has written, and what it has not. */
export interface LogInfo {
  /** The file it was made with. */
  readonly file: string
  /** How many rows it has, with those of earlier writers. */
  readonly rows: number
  /** Bytes that this writer has put into the files. */
  readonly bytesWritten: number
  /** Bytes of memory that rows take which wait for the disk. */
  readonly memory: number
  /** Rows that were not logged, because the disk was too slow or the log had stopped. */
  readonly lostRows: number
  /** Bytes of those rows. */
  readonly lostBytes: number
  /** Whether it has masks: what may quote a peer is to be left out of its events, too. */
  readonly isMasked: boolean
  /** Why it stopped; undefined while it has not. */
  readonly error: LogError | undefined
}

/** A session log that is being written: what `createLog` makes. */
export interface SessionLog extends AsyncDisposable {
  /**
   * A connection begins: an event `open` with its two ends and what else there is to say.
   *
   * @param ends where it leads; a `Connection` fits
   * @param details any values for JSON: `{ side: 'server', name: 'echo' }`
   * @param seen whose it is and when it began, where that was in another process
   */
  open(ends?: LoggedEnds, details?: OpenDetails, seen?: SeenElsewhere): LoggedConnection
  /**
   * A process or a thread whose connections are logged: an event `source` with these details and its number.
   *
   * @returns the number, 1 to 65,535, which its rows have; there are no more numbers after that, and it is 0
   */
  source(details?: OpenDetails, time?: number): number
  /** Something happened that belongs to no connection; it is logged as of connection 0. */
  event(event: LogEvent, time?: number): void
  /** Fulfils when all rows so far are in the file. Never rejects: `info().error` says if it has stopped. */
  flush(): Promise<void>
  /** What it has written and lost. */
  info(): LogInfo
  /**
   * Write what waits, close the file and give back its lock. Never rejects; may be called again. What is
   * logged from then on is left out.
   */
  close(): Promise<void>
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
