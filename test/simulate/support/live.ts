import type { World } from 'hawser/simulate'

/** So long may everything take after all faults are over. */
const patience = 60_000
/** So long until a peer that only listens learns that the other machine was off (`keepAlive`). */
const keepAlive = 90_000

/** Take all faults back; from now on each of these has to come about in time. */
export async function live(
  world: World,
  promises: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  world.note('calm')
  world.calm()
  await within(world, patience, promises)
}

/** The same for connections without a heartbeat, whose peer may be gone without a word. */
export async function quiet(
  world: World,
  promises: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  await within(world, patience + keepAlive, promises)
}

async function within(
  world: World,
  ms: number,
  promises: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  await Promise.all(
    Object.entries(promises).map(([what, promise]) => world.within(ms, promise(), what)),
  )
}
