import { setImmediate } from 'node:timers'

/**
 * Let the runtime take one turn: promises settle, and events that are ready are handled. The
 * function is bound when the module is loaded, so that a test runner's fake timers do not stop it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Let the runtime take so many turns. */
export async function takeTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn()
}
