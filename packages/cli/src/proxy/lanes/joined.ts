import type { CloseInfo } from 'hawser'

/** Who ended it first; `local` is a fault, or the end of the proxy. */
export type EndedBy = 'client' | 'target' | 'local'

/** How a client and the target came apart. */
export interface SessionResult {
  readonly endedBy: EndedBy
  readonly client: CloseInfo
  readonly target: CloseInfo
}

/** A client and the target, joined. */
export interface Joined {
  /** Fulfils when both are gone. Never rejects. */
  readonly result: Promise<SessionResult>
  /** Pass on until there is nothing more to say to the client. Never rejects. */
  run(): Promise<void>
  /** Take nothing more from the client: what the target still says reaches it. */
  drain(): void
  /** End both in order. */
  close(reason?: string): void
  /** Break both off. */
  reset(reason?: string): void
}
