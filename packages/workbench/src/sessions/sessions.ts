import type { Definition } from '../protocol/definition.js'
import type { Responder } from '../protocol/responder.js'
import type { ConnectionState, SessionState } from '../protocol/session-state.js'

/** What may be done with a connection. */
export type ConnectionAct = 'pause' | 'resume' | 'end' | 'close' | 'reset'

/**
 * All sessions of a workbench, as those see them who ask for something on behalf of a person. A function that refuses
 * rejects or throws with a `WorkbenchError`.
 */
export interface Sessions {
  readonly all: readonly SessionState[]
  /** Call `listener` when one of them changed; many changes of one turn are one call. @returns ends it */
  watch(listener: () => void): () => void
  /** @returns its number, also when it could not start: it is there as `failed` */
  start(definition: Definition): Promise<number>
  /** Take one in without starting it. @returns its number */
  add(definition: Definition): number
  /** What it is from now on, or from its next start on if it runs. */
  define(session: number, definition: Definition): void
  stop(session: number): Promise<void>
  restart(session: number, definition?: Definition): Promise<void>
  /** Stops it as well. */
  remove(session: number): Promise<void>
  /** A session as a command line, or as a program. */
  copy(session: number, as: 'command' | 'code'): string
  /**
   * @param variables whether values are put in the place of variables
   * @returns how many connections it was sent to
   */
  send(
    session: number,
    bytes: Uint8Array,
    to?: readonly number[],
    variables?: boolean,
  ): Promise<number>
  act(session: number, connection: number, act: ConnectionAct): void
  limit(session: number, maxConnections: number): void
  setFaults(session: number, faults: readonly string[]): void
  setResponders(session: number, responders: readonly Responder[]): void
  /** @returns rejects with WorkbenchError for code that may not run; what it did before goes on then */
  setScript(session: number, script: string | undefined): Promise<void>
  connections(
    session: number,
    most: number,
  ): { readonly all: number; readonly connections: readonly ConnectionState[] }
  /** The path of the log that a file session looks at. */
  fileOf(session: number): string
  close(): Promise<void>
}
