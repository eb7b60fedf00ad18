import { AsyncLocalStorage } from 'node:async_hooks'
import { findSurroundings, type Surroundings } from '../surroundings.js'

/** Where code runs that a simulation runs. */
export interface Place extends Surroundings {
  /** The process's name; `world` outside of all hosts. */
  readonly name: string
}

const storage = new AsyncLocalStorage<Place>()

/** The process that the code which runs now belongs to, if a simulation runs it. */
export function currentPlace(): Place | undefined {
  return storage.getStore()
}

/** Call what belongs to a process; what it sets off belongs to it as well. */
export function enter<Result>(place: Place, callback: () => Result): Result {
  return storage.run(place, callback)
}

/**
 * No code belongs to a process any more, be it left of one. While places are told apart, each promise of
 * this runtime costs more.
 */
export function leaveAll(): void {
  storage.disable()
}

findSurroundings(currentPlace)
