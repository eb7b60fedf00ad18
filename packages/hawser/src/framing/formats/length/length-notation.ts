import { checkChoice, checkInteger } from '../../frame-limits.js'
import { invalid, show } from '../../../options/invalid.js'
import { berNotation } from './ber-field.js'
import { digitsNotation, valueOfDigit } from './digits-field.js'
import { binaryNotation, type LengthBytes, type LengthNotation } from './length-field.js'
import { varintNotation } from './varint-field.js'

/** The options that say how a length is written. */
export interface NotationOptions {
  readonly bytes?: LengthBytes | undefined
  readonly endian?: 'big' | 'little' | undefined
  readonly digits?: number | undefined
  readonly until?: string | undefined
  readonly header?: number | undefined
  readonly mostHeader?: number | undefined
}

const all: readonly LengthBytes[] = [1, 2, 3, 4, 8, 'varint', 'ber', 'decimal', 'hex']

/**
 * The notation that the options ask for.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function notationOf(options: NotationOptions): LengthNotation {
  const { bytes, digits, until } = options
  checkChoice('bytes', bytes, all, 4)
  if (bytes === undefined) throw invalid('bytes', 'is missing: lengthPrefixed({ bytes: 4 })')
  const isLittle = checkChoice('endian', options.endian, ['big', 'little'], 'big') === 'little'
  for (const name of ['header', 'mostHeader'] as const) {
    if (options[name] !== undefined) throw invalid(name, 'goes with lengthOf, and not with bytes')
  }
  if (bytes === 'decimal' || bytes === 'hex') return inDigits(bytes, digits, until)
  for (const [name, value] of Object.entries({ digits, until })) {
    if (value !== undefined) throw invalid(name, "goes with bytes: 'decimal' or 'hex'")
  }
  if (bytes === 'varint') return varintNotation
  return bytes === 'ber' ? berNotation : binaryNotation(bytes, isLittle)
}

function inDigits(
  bytes: 'decimal' | 'hex',
  digits: number | undefined,
  until: string | undefined,
): LengthNotation {
  const radix = bytes === 'decimal' ? 10 : 16
  if ((digits === undefined) === (until === undefined)) {
    throw invalid('digits', `or until, and not both, goes with bytes: '${bytes}'`)
  }
  if (until === undefined) {
    return digitsNotation({ radix, digits: checkInteger('digits', digits ?? 0, 1, 15), until: 0 })
  }
  const code = typeof until === 'string' && until.length === 1 ? until.charCodeAt(0) : 256
  if (code > 0x7f || valueOfDigit(code) < 16) {
    throw invalid('until', `is ${show(until)}, and must be one ASCII character that is no digit`)
  }
  return digitsNotation({ radix, digits: 0, until: code })
}
