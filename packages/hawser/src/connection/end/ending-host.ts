import type { ErrorDetails, HawserError } from '../../errors.js'
import type { Transport } from '../../transport.js'
import type { ConnectionPhase } from './close-info.js'
import type { Waits } from '../connection-settings.js'

/** What the end of a connection needs of it. */
export interface EndingHost {
  readonly phase: ConnectionPhase
  readonly settings: Pick<Waits, 'clock' | 'lingerTimeout'>
  readonly transport: Pick<Transport, 'end' | 'reset'>
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  /** Whether everything accepted was handed to the operating system. */
  readonly isSendingDone: boolean
  /** Bytes received, accepted, not sent and not delivered: the counts published at a connection's end. */
  readonly traffic: EndTraffic
  /** Take nothing more to send. `broken`: not even what was accepted leaves. */
  refuse(intake: 'ended' | 'broken'): void
  /** What still arrives is dropped from now on. */
  discarded(): void
  /** The consumer gets no more, because of `error` where there is one. */
  dismiss(error: HawserError | undefined): void
  /** The peer has a while to end too: watch it. */
  arm(): void
  /** The peer had its while. */
  lingered(): void
}

/** What a connection has moved, and has not. */
export interface EndTraffic {
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly unsent: number
  readonly undelivered: number
}
