import { errorCodes, HawserError, OptionError } from 'hawser'
import type { World } from 'hawser/simulate'

/** What a stream says whose connection ended, beside the library's own errors. */
const ofStreams = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_INVALID_STATE', 'ABORT_ERR'])

/** What no network causes. */
const ofPrograms = new Set(['HAWSER_ALREADY_CONSUMED', 'HAWSER_MESSAGE_INVALID'])

/** The code of an error that a bad network may cause; any other one fails the simulation. */
export function codeOf(world: World, error: unknown, where: string): string {
  const isMistake =
    error instanceof OptionError || (error instanceof HawserError && ofPrograms.has(error.code))
  world.must(!isMistake, `${where} was used in a wrong way: ${String(error)}`)
  if (error instanceof HawserError && error.code in errorCodes) return error.code
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  world.must(ofStreams.has(code), `${where} got an error that is not ours: ${String(error)}`)
  return code
}

/** Await what a bad network may make fail. */
export async function attempt(
  world: World,
  where: string,
  callback: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await callback()
    return undefined
  } catch (error) {
    return codeOf(world, error, where)
  }
}
