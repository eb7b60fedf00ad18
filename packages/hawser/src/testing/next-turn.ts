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

/** Deliveries in memory that a turn was taken for. */
let underWay = 0
/** Turns in a row without one, after which nothing is on its way: some of what follows takes a few. */
const quietTurns = 10

/** Call `callback` in a turn of its own. */
export function inTurn(callback: () => void): void {
  underWay += 1
  setImmediate(() => {
    underWay -= 1
    callback()
  })
}

/** Whether something is on its way in memory that needs no time. */
export function isUnderWay(): boolean {
  return underWay > 0
}

/** Let the runtime take turns until all that is on its way in memory, and needs no time, is there. */
export async function comeToRest(): Promise<void> {
  for (let quiet = 0; quiet < quietTurns; quiet += 1) {
    await nextTurn()
    if (underWay > 0) quiet = 0
  }
}
