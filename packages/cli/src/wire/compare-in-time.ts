import { createContext, Script } from 'node:vm'
import { CommandError } from '../failure.js'

/** Milliseconds for one comparison: the peer's bytes choose how long an expression takes. */
const limit = 1_000

/** Made once: a context costs ten times what a comparison in it does. */
const prepare = (): ((compare: () => unknown) => unknown) => {
  const script = new Script('compare()')
  const context: { compare?: () => unknown } = createContext({})
  return (compare) => {
    context.compare = compare
    try {
      return script.runInContext(context, { timeout: limit })
    } finally {
      delete context.compare
    }
  }
}

let run: ((compare: () => unknown) => unknown) | undefined

/**
 * Compare by regular expressions of the user's, which some bytes of a peer could keep at work for years.
 *
 * @param option the flag that has the expression
 * @throws CommandError for what takes longer than a second
 */
export function compareInTime<T>(option: string, compare: () => T): T {
  try {
    return (run ??= prepare())(compare) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new CommandError(
      `${option} took more than ${limit} ms for one comparison`,
      String.raw`repeat nothing in it that repeats itself: \d+ instead of (\d+)+`,
    )
  }
}
