const patience = 60_000

/**
 * Lets the runtime take turns until a condition holds that no event announces. A condition that
 * never holds fails the test; one that does costs no more than the turns it takes.
 */
export async function until(condition: () => boolean): Promise<void> {
  const start = performance.now()
  while (!condition()) {
    if (performance.now() - start > patience) {
      throw new Error(`did not come true within ${patience} ms: ${condition.toString()}`)
    }
    await new Promise(setImmediate)
  }
}
