/** Something that sends by itself, as the page sees it. */
export interface RunState {
  /** 1, 2, 3, … in the order they were started. */
  readonly id: number
  readonly session: number
  readonly kind: 'repeat' | 'sequence'
  /** That of the sequence, or of the saved message; empty for a message without one. */
  readonly name: string
  /** `stopped`: by a person, or because no connection is left. */
  readonly state: 'running' | 'done' | 'stopped' | 'failed'
  /** Messages that were sent; one to many connections counts once. */
  readonly sent: number
  /** Messages that are to be sent; `null`: until it is stopped. */
  readonly of: number | null
  /** Milliseconds between two messages of a repeat. */
  readonly every?: number | undefined
  /** Messages that were due and left out, since a connection took none. */
  readonly behind: number
  /** Whether a connection is waited for, which takes nothing now. */
  readonly isWaiting: boolean
  /** Where a sequence is, and how many steps it has. 1 is the first. */
  readonly step?: number | undefined
  readonly steps?: number | undefined
  /** How often a sequence has begun, and how often it is to. */
  readonly round?: number | undefined
  readonly rounds?: number | undefined
  /** Why it has failed, or stopped by itself. */
  readonly error?: string | undefined
}
