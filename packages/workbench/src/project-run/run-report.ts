import type { SessionState } from '../protocol/session-state.js'

/** Something that had to come. */
export interface Outcome {
  /** A client that had to get something, a message with what had to come back, or a sequence. */
  readonly kind: 'client' | 'message' | 'sequence'
  readonly name: string
  readonly isMet: boolean
  /** Milliseconds until it was known. */
  readonly after: number
  /** Why it is not met. */
  readonly error?: string | undefined
}

/** What happens in a run, as it happens. */
export type RunEvent =
  | { readonly event: 'started'; readonly session: SessionState }
  /** It could not start. */
  | { readonly event: 'failed'; readonly session: SessionState }
  | { readonly event: 'outcome'; readonly outcome: Outcome }
  | {
      readonly event: 'notice'
      readonly level: 'info' | 'warning' | 'error'
      readonly text: string
    }

/** How a run went. */
export interface RunReport {
  /** Whether all could start, and all that was expected came. */
  readonly isOk: boolean
  readonly outcomes: readonly Outcome[]
  readonly sessions: readonly SessionState[]
}
