import { setImmediate } from 'node:timers'
import { systemClock } from '../../connection/time/system-clock.js'
import { observe } from '../../observe/observe.js'

/** The part of a server that is looked at. */
interface Serving {
  readonly server: object
  readonly connections: Iterable<{ readonly bytesRead: number }>
  /** Connections whose PROXY header or TLS handshake is under way. */
  openings(): number
}

/**
 * Wait for the first bytes of connections that were just accepted: a client that connected a moment
 * before this worker was told to leave has its handshake or its request on the way, and drained now it
 * would get none of it answered.
 *
 * @param time milliseconds to wait at the most
 */
export async function awaitNewcomers(serving: readonly Serving[], time: number): Promise<void> {
  const silent = new Set<object>()
  for (const { connections } of serving) {
    for (const connection of connections) if (connection.bytesRead === 0) silent.add(connection)
  }
  const isOver = (): boolean =>
    silent.size === 0 && serving.every((server) => server.openings() === 0)
  if (isOver() || time <= 0) return
  await new Promise<void>((resolve) => {
    // What has arrived is heard first: it may be this process that was held up.
    const timer = systemClock.schedule(() => setImmediate(finish), time, true)
    // A turn later, when whatever was published about has come about.
    const look = (): void => {
      setImmediate(() => {
        if (isOver()) finish()
      })
    }
    const heard = ({ connection }: { readonly connection: object }): void => {
      silent.delete(connection)
      look()
    }
    const ends = [
      observe('hawser:connection:open', ({ connection, server }) => {
        if (serving.some((each) => each.server === server)) silent.add(connection)
      }),
      observe('hawser:connection:first-byte', heard),
      observe('hawser:connection:close', heard),
      observe('hawser:server:refuse', look),
    ]
    function finish(): void {
      timer.cancel()
      for (const end of ends) end()
      resolve()
    }
  })
}
