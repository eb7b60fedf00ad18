import type { World } from 'hawser/simulate'

/** So long may everything take after all faults are over. */
const patience = 60_000

/** Take all faults back; from now on each of these has to come about within 60 s. */
export async function live(
  world: World,
  promises: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<void> {
  world.note('calm')
  world.calm()
  await Promise.all(
    Object.entries(promises).map(([what, promise]) => world.within(patience, promise(), what)),
  )
}
