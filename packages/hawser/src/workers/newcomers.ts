import { systemClock } from '../connection/system-clock.js'
import { observe } from '../observe/observe.js'

/** The part of a server that is looked at. */
interface Serving {
  readonly connections: Iterable<{ readonly bytesRead: number }>
}

/**
 * Wait for the first bytes of connections that were just accepted: a client that connected a moment
 * before this worker was told to leave has its request on the way, and drained now it would get none
 * of it answered.
 *
 * @param time milliseconds to wait at the most
 */
export async function awaitNewcomers(servers: readonly Serving[], time: number): Promise<void> {
  const silent = new Set<object>()
  for (const { connections } of servers) {
    for (const connection of connections) if (connection.bytesRead === 0) silent.add(connection)
  }
  if (silent.size === 0 || time <= 0) return
  await new Promise<void>((resolve) => {
    const timer = systemClock.schedule(finish, time, true)
    const heard = ({ connection }: { readonly connection: object }): void => {
      silent.delete(connection)
      if (silent.size === 0) finish()
    }
    const ends = [
      observe('hawser:connection:first-byte', heard),
      observe('hawser:connection:close', heard),
    ]
    function finish(): void {
      timer.cancel()
      for (const end of ends) end()
      resolve()
    }
  })
}
