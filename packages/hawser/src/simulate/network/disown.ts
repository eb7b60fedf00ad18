import type { Clock } from '../../policy/clock.js'
import type { MemoryTransport } from '../../testing/memory-transport.js'

/** After so long a peer that hears nothing asks whether a connection is still there. */
const keepAliveTime = 75_000

/**
 * A machine knows nothing of its end of a connection any more. What it said may have been lost, so that the
 * peer asks (`SO_KEEPALIVE`), and asks again for as long as nothing gets through.
 */
export function disown(clock: Clock, end: MemoryTransport): void {
  const ask = (): void => {
    if (!end.disown()) disown(clock, end)
  }
  clock.schedule(ask, keepAliveTime, true)
}
