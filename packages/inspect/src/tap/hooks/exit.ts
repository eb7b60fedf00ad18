import process from 'node:process'
import { observeReads } from './define.js'

/**
 * Says when the process, or the thread, ends by itself or by `process.exit`. A listener for `exit` would count as one
 * of the program's; reading `emit` is what comes just before its listeners are called.
 */
export function watchExit(onExit: () => void): void {
  const holder = Object.getPrototypeOf(process) as object
  observeReads(holder, 'emit', () => {
    if ((process as { _exiting?: boolean })._exiting === true) onExit()
    return undefined
  })
}
