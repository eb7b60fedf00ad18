import { afterEach, beforeEach, expect } from 'vitest'

/**
 * Nothing a peer does may reach the process: fails the test during which an exception or a
 * rejection found nobody to handle it. Call it once at the top of a file.
 */
export function forbidStrayErrors(): void {
  const strays: unknown[] = []
  const note = (error: unknown): void => void strays.push(error)

  beforeEach(() => {
    strays.length = 0
    process.on('uncaughtException', note)
    process.on('unhandledRejection', note)
  })

  afterEach(async () => {
    // A rejection is called unhandled only after the turn in which it happened.
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
    expect(strays).toEqual([])
  })
}
