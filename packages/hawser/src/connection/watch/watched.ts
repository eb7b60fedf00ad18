import type { ErrorDetails, HawserError } from '../../errors.js'
import type { PaceLimits } from '../../policy/pace.js'
import type { Waits } from '../connection-settings.js'

/** The little of an engine that its watch looks at and tells. */
export interface Watched {
  readonly settings: Waits & PaceLimits
  readonly details: ErrorDetails
  readonly receiver: WatchedReceiver
  readonly openSender: { readonly accepted: number; readonly isWriting: boolean } | undefined
  readonly unsent: number
  readonly isDiscarding: boolean
  readonly lingers: boolean
  /** Whether what was delivered is still being worked on. */
  readonly isAtWork: boolean
  /** A wait reached its limit. `abrupt`: nothing more can be sent, so reset. */
  fail(error: HawserError, abrupt: boolean): void
  /** The peer had its time to end after we did. */
  lingered(): void
}

/** What is watched of the way in. */
export interface WatchedReceiver {
  readonly bytes: number
  readonly begun: number
  readonly messages: number
  readonly stopped: boolean
  readonly ended: boolean
  readonly empty: boolean
  readonly isPartial: boolean
  /** Whether the peer has to wait because it sent as much as it may. */
  readonly isSlowedDown: boolean
}
