/** What waits for the end of a connection, by its promise. */
const waiting = new WeakMap<Promise<unknown>, Set<() => void>>()

/**
 * Call `act` when a connection is closed. One that lives long is waited for very often, and its promise would keep all
 * that ever waited for it.
 *
 * @param closed settles when it is closed; never rejects
 * @returns ends it
 */
export function whenClosed(closed: Promise<unknown>, act: () => void): () => void {
  const acts = waiting.get(closed) ?? begin(closed)
  acts.add(act)
  return () => {
    acts.delete(act)
  }
}

function begin(closed: Promise<unknown>): Set<() => void> {
  const acts = new Set<() => void>()
  waiting.set(closed, acts)
  void closed.then(() => {
    waiting.delete(closed)
    for (const act of acts) act()
  })
  return acts
}
