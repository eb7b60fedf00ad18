import type { Definition } from '../protocol/definition.js'
import type { SessionState } from '../protocol/session-state.js'

/** Sessions, as a project needs them. */
export interface ProjectSessions {
  readonly all: readonly SessionState[]
  watch(listener: () => void): () => void
  /** Take one in without starting it. @returns its number */
  add(definition: Definition): number
  /** What it is from now on, or from its next start on if it runs. */
  define(session: number, definition: Definition): void
  restart(session: number): Promise<void>
  remove(session: number): Promise<void>
}
