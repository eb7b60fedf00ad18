import type { SessionLog } from 'hawser/log'
import type { Responder } from '../protocol/responder.js'
import type { Script } from '../scripts/script.js'
import type { ConnectionState } from '../protocol/session-state.js'
import type { TargetConnection } from '../sequences/run-target.js'
import type { Tools } from '../tools.js'
import type { ConnectionAct } from './sessions.js'

/** What changes while a session runs. */
export interface Counts {
  readonly addresses: readonly string[]
  readonly connections: number
  /** `Infinity` for no limit. */
  readonly maxConnections: number
  readonly accepted: number
  readonly refused: number
  readonly bytesRead: number
  readonly bytesWritten: number
}

/** The connections of a session, at most as many as were asked for. */
export interface ConnectionPage {
  readonly all: number
  readonly connections: readonly ConnectionState[]
}

/** A server, a client or a proxy that runs. What it cannot do throws a WorkbenchError. */
export interface Running {
  readonly counts: Counts
  connections(most: number): ConnectionPage
  /** @returns how many connections it was sent to */
  send(bytes: Uint8Array, to?: readonly number[]): Promise<number>
  act(connection: number, act: ConnectionAct): void
  /** Servers and clients: the connections that are open now, or those of them that are wanted. */
  targets?(to?: readonly number[]): readonly TargetConnection[]
  /** Servers and clients: hear each message, with the number of its connection. @returns ends it */
  hear?(listener: (connection: number, message: Uint8Array) => void): () => void
  limit(maxConnections: number): void
  setFaults(faults: readonly string[]): void
  /** Servers and clients have rules. */
  setResponders?(responders: readonly Responder[]): void
  /** Servers and clients have a script. It is closed with the session, or when another one takes its place. */
  setScript?(script: Script | undefined): void
  /** Ends it and its connections. Never rejects. */
  stop(): Promise<void>
}

/** What a session is started with. */
export interface SessionStart {
  readonly id: number
  readonly tools: Tools
  readonly log: SessionLog
  /** Its script, started: code that may not run is refused before. */
  readonly script?: Script | undefined
}

/** What a session gets from the workbench while it runs. */
export interface RunningAround {
  /** Something changed that is shown. */
  changed(): void
  /** It ended by itself, as it should: how. */
  ended(how: string): void
  /** It ended by itself: why. */
  failed(message: string): void
  /** Something of it went wrong, and it goes on. */
  noticed(message: string): void
}
