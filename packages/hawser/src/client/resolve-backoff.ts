import { atLeast, milliseconds } from '../options/numbers.js'
import type { BackoffOptions } from '../policy/backoff.js'

/**
 * The option `backoff` of a client or a pool, once it is checked.
 *
 * @throws OptionError
 */
export function resolveBackoff(backoff: BackoffOptions = {}): BackoffOptions {
  for (const name of ['initial', 'max', 'resetAfter'] as const) {
    if (backoff[name] !== undefined) milliseconds(`backoff.${name}`, backoff[name])
  }
  if (backoff.factor !== undefined) atLeast('backoff.factor', backoff.factor, 1, 'times')
  return backoff
}
