import type { Consumer } from './consumer.js'
import { holds } from './holds.js'

/** What of the way in says whether reading is to stop. */
export interface Reading {
  readonly consumer: Consumer | undefined
  readonly holds: number
  /** Bytes received and not delivered. */
  readonly held: number
  /** Whether so much waits that was decoded ahead that nothing more may be read. */
  readonly isCrowded: boolean
  /** Whether a frame was begun that the consumer waits for. */
  readonly isPartial: boolean
}

/** What of the connection does. */
export interface ReadingHost {
  readonly draining: boolean
  readonly isBlocked: boolean
  readonly settings: { readonly inboxLimit: number; readonly highWaterMark: number }
}

/** Whether nothing more is to be read for now. */
export function shouldStopReading(reading: Reading, host: ReadingHost): boolean {
  const { consumer, holds: held } = reading
  if ((held & (holds.upgrading | holds.rationed | holds.overdrawn)) !== 0) return true
  if (host.draining) return !reading.isPartial
  if (consumer !== undefined) {
    if ((held & (holds.spent | holds.relaying)) !== 0) return true
    if ((held & consumer.heeds & holds.blocked) !== 0 && !consumer.isBusy) return true
  }
  if (reading.held < mostHeld(reading, host) && !reading.isCrowded) return false
  return consumer === undefined || !consumer.starving
}

/**
 * A server's consumer that awaits room in its outbox takes nothing meanwhile. Its peer does not read,
 * so its inbox stops at the mark of the outbox, or each such peer would hold a whole inbox.
 */
function mostHeld({ consumer }: Reading, { isBlocked, settings }: ReadingHost): number {
  const heedsIt = consumer !== undefined && (consumer.heeds & holds.blocked) !== 0
  const { inboxLimit, highWaterMark } = settings
  return isBlocked && heedsIt ? Math.min(inboxLimit, highWaterMark) : inboxLimit
}
