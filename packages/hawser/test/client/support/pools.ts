import { createPool, HawserError, lines, type Pool, type PoolOptions } from 'hawser'
import { type ScriptedListener, ScriptedPeer, type ScriptedListenOptions } from 'hawser/testing'
import { onTestFinished } from 'vitest'

/** A pool that is closed when the test ends. */
export function makePool(
  endpoint: string,
  options: PoolOptions<string, string> = {},
): Pool<string, string> {
  const pool = createPool<string, string>(endpoint, { framing: lines(), ...options })
  onTestFinished(async () => void (await pool.close({ drain: 0 })))
  return pool
}

/** A server played by the test, and a pool of connections to it. */
export async function meetPool(
  options: PoolOptions<string, string> = {},
  listenOptions: ScriptedListenOptions = {},
): Promise<{ pool: Pool<string, string>; listener: ScriptedListener }> {
  const listener = await ScriptedPeer.listen(listenOptions)
  onTestFinished(() => listener.close())
  return { pool: makePool(listener.address, options), listener }
}

/** The code that a promise rejects with, or what it fulfils with. */
export function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => (error instanceof HawserError ? error.code : error))
}
