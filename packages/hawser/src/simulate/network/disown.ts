import type { Clock } from '../../policy/clock.js'
import type { MemoryTransport } from '../../testing/memory-transport.js'

/**
 * A machine knows nothing of its end of a connection any more. What it said may have been lost, so that the
 * peer asks (`SO_KEEPALIVE`), and asks again for as long as nothing gets through.
 *
 * @param keepAlive after how many ms of silence the peer asks; `Infinity`: never
 */
export function disown(clock: Clock, end: MemoryTransport, keepAlive: number): void {
  if (keepAlive === Infinity) return
  const ask = (): void => {
    if (!end.disown()) disown(clock, end, keepAlive)
  }
  clock.schedule(ask, keepAlive, true)
}
