const patience = 60_000

/** Lets the runtime take turns until a condition holds that no event announces; fails when it never does. */
export async function until(condition: () => boolean): Promise<void> {
  const start = performance.now()
  while (!condition()) {
    if (performance.now() - start > patience) {
      throw new Error(`did not come true within ${patience} ms: ${condition.toString()}`)
    }
    await new Promise(setImmediate)
  }
}
