import type { CloseReason, ConnectOptions } from 'hawser'
import type { AccountState } from '../support/ledger.js'
import type { SoakEndpoint } from '../support/soak-endpoint.js'

/** Clients that do the same. */
export interface NetworkGroup {
  readonly name: string
  readonly count: number
  readonly host: string
  readonly endpoints: readonly SoakEndpoint[]
  /** Requests on their way at once. */
  readonly window: number
  /** Requests altogether. */
  readonly requests: number
  /** Bytes of the largest request. */
  readonly largest: number
  readonly options: Pick<
    ConnectOptions<unknown, unknown>,
    'keepAlive' | 'writeTimeout' | 'idleTimeout'
  >
}

/** How a connection ended. */
export interface NetworkEnd {
  readonly reason: CloseReason
  readonly code: string | undefined
  /** The operating system's word for it. */
  readonly cause: string | undefined
  readonly message: string | undefined
}

/** What came of a group. */
export interface NetworkReport {
  readonly accounts: readonly AccountState[]
  /** Of those that have ended. */
  readonly ends: readonly NetworkEnd[]
}
