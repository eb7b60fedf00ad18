import type { DialectName } from './dialects.js'
import type { AccountState } from './ledger.js'
import type { Style } from './styles.js'

/** One of the servers that are soaked. */
export interface SoakEndpoint {
  readonly style: Style
  readonly dialect: DialectName
  readonly secure: boolean
  readonly port: number
}

/** What the clients have to do. */
export interface SoakOrder {
  readonly endpoints: readonly SoakEndpoint[]
  /** The certificate to trust. */
  readonly ca: string
  /** Conversations at once. */
  readonly actors: number
  /** Milliseconds an actor rests between two of them. */
  readonly rest: number
}

/** What came of the clients' visits since it was last asked for. */
export interface SoakReport {
  readonly accounts: readonly AccountState[]
  /** Visits by what they were. */
  readonly visits: Readonly<Record<string, number>>
  /** What should not have happened. */
  readonly surprises: readonly string[]
}
