import { ConnectionError, type ErrorDetails, textOf } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid, kindOf, show } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Why } from '../end/close-info.js'
import type { EndOptions } from './call-options.js'

/** The names of the options in {@link EndOptions}. */
const endNames: NamesOf<EndOptions> = { reason: true, error: true }

/** What a reason looks like: a word for logs and metrics, as ours are. */
const word = /^[a-z\d][a-z\d-]{0,63}$/

/**
 * Why a program ends a connection.
 *
 * @returns undefined where it does not say
 * @throws OptionError when the reason is no word, or the error none
 */
export function whyOf(options: EndOptions | undefined, details: ErrorDetails): Why | undefined {
  if (options === undefined) return undefined
  checkOptions(options, endNames)
  const { reason, error } = options
  if (reason !== undefined && !(typeof reason === 'string' && word.test(reason))) {
    throw invalid(
      'reason',
      `is ${show(reason)}: it takes 1 to 64 characters of a-z, 0-9 and -, such as 'kicked'`,
    )
  }
  if (error === undefined) return { reason }
  if (!(error instanceof Error)) throw invalid('error', `is ${kindOf(error)}: it takes an Error`)
  const text = `this side closed the connection: ${textOf(error)}`
  const closed = new ConnectionError('HAWSER_CONNECTION_CLOSED', text, {
    op: 'close',
    ...details,
    cause: error,
  })
  return { reason, error: closed }
}
