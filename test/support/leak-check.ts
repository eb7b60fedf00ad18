import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'

const PATIENCE = 30_000

/** Loaded before every test file: fails the file if a socket or server of it outlives it. */
afterAll(async () => {
  // A socket destroyed by the last test is gone a turn or two later, on a busy machine some more.
  for (let waited = 0; listSockets().length > 0; waited += 10) {
    if (waited >= PATIENCE)
      throw new Error(`left open after the tests: ${listSockets().join(', ')}`)
    await sleep(10)
  }
})

function listSockets(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /^TCP(Socket|Server)Wrap$/.test(name))
}
