import { invalid, show } from '../../options/invalid.js'
import type { Framing } from '../framing.js'

/**
 * Checks that an option is a framing.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checkInner(name: string, framing: Framing<unknown, never> | undefined): void {
  if (typeof framing?.createDecoder === 'function' && typeof framing.createEncoder === 'function') {
    return
  }
  throw invalid(name, `is ${show(framing)}, and must be a framing, such as lines()`)
}
