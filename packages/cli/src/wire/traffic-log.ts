import type { HawserError } from 'hawser'
import type { MaskRule } from 'hawser/log'

/** Logs what a connection, a client or a server sends and receives from now on. */
export type LogTarget = (target: object) => void

/**
 * Open the session log of `--log`. It is closed when the process exits.
 *
 * @param file undefined logs nothing
 * @param mask what must not be in it
 * @param onError called when the log stops
 * @returns rejects with LogError when it cannot be written
 */
export async function openTrafficLog(
  file: string | undefined,
  mask: readonly MaskRule[] | undefined,
  onError: (error: HawserError) => void,
): Promise<LogTarget> {
  if (file === undefined) return () => undefined
  const { createLog, logTraffic } = await import('hawser/log')
  const log = await createLog(file, { mask, onError })
  return (target) => void logTraffic(target, log)
}
