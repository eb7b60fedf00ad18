import { Account, type Holding } from './account.js'
import { needsWatch } from './watch.js'
import type { Watched, WatchedReceiver } from './watched.js'

/** A connection, whose account and watch are made when they are needed. */
export interface Kept extends Watched {
  readonly receiver: WatchedReceiver & Holding
  readonly openSender: (Holding & NonNullable<Watched['openSender']>) | undefined
  /** What it holds beyond what each connection may hold anyway. */
  holdExcess(bytes: number): void
  /** Look at the waits that count now. */
  arm(): void
}

/** After each event: count what is held, and watch if there is something to wait for. */
export function upkeep(kept: Kept): void {
  kept.holdExcess(Account.excess(kept.receiver, kept.openSender))
  if (needsWatch(kept)) kept.arm()
}
