import type { World } from 'hawser/simulate'

/** So long may everything take after all faults are over. */
const patience = 60_000
/** After so long, what stood still has gone on, and what was under way has arrived. */
const settled = 1_000
/** So long until a peer that only listens learns that the other end is gone (`keepAlive`). */
const keepAlive = 90_000

/** A connection, or several that depend on each other, with what has to come of it. */
export interface Quiet {
  readonly over: Promise<unknown>
  /**
   * Whether an end of it was gone when the faults were over, without a word that reached the other one:
   * its machine lost its power, or its reset was lost on a way that was cut. One that sends learns it at
   * once, by the reset that comes back. One that only listens, and sends no pings, because it has no
   * heartbeat or has ended its direction, learns it when TCP asks (`keepAlive`).
   */
  readonly isHalfOpen: boolean
}

/**
 * Take all faults back; from now on each of these has to come about within 60 s.
 *
 * @param quiet called when what the faults held back has come: what was there before and has to come to an end; only
 *   one that is half open may take longer
 */
export async function live(
  world: World,
  promises: Readonly<Record<string, () => Promise<unknown>>>,
  quiet: () => Readonly<Record<string, Quiet>> = () => ({}),
): Promise<void> {
  world.note('calm')
  world.calm()
  await Promise.all([
    endAll(world, quiet),
    ...Object.entries(promises).map(([what, promise]) => world.within(patience, promise(), what)),
  ])
}

async function endAll(world: World, quiet: () => Readonly<Record<string, Quiet>>): Promise<void> {
  await world.sleep(settled)
  await Promise.all(
    Object.entries(quiet()).map(([what, { over, isHalfOpen }]) =>
      world.within((isHalfOpen ? patience + keepAlive : patience) - settled, over, what),
    ),
  )
}

/** One end of a connection, as far as its name goes. */
export interface Named {
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
}

/** The other end of a connection, if it is among those that a server has. */
export function otherEnd<End extends Named>(one: Named, ends: Iterable<End>): End | undefined {
  for (const end of ends) {
    const isIt =
      end.localAddress === one.remoteAddress &&
      end.localPort === one.remotePort &&
      end.remoteAddress === one.localAddress &&
      end.remotePort === one.localPort
    if (isIt) return end
  }
  return undefined
}
