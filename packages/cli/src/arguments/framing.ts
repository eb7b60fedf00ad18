import { UsageError } from '../failure.js'

/** What `--framing` says, before anything of the library is loaded. */
export type FramingChoice =
  | { readonly kind: 'lines' | 'raw' | 'netstring' | 'json' }
  | {
      readonly kind: 'length'
      readonly bytes: 1 | 2 | 3 | 4 | 8 | 'varint'
      readonly endian: 'big' | 'little'
    }
  | { readonly kind: 'delim'; readonly delimiter: Uint8Array }
  | { readonly kind: 'fixed'; readonly size: number }

/** The forms of `--framing`, for help texts. */
export const framingForms = 'lines, raw, length:2be, delim:0d0a, fixed:N, netstring, json'

/** What `--framing` is for. */
export const framingHelp: string = `how bytes are cut into messages: ${framingForms}`

/**
 * @param text such as `lines`, `length:4le`, `length:varint`, `delim:00`, `fixed:16`
 * @throws UsageError
 */
export function parseFraming(text: string): FramingChoice {
  const [kind = '', ...rest] = text.split(':')
  const parameter = rest.join(':')
  switch (kind) {
    case 'lines':
    case 'raw':
    case 'netstring':
    case 'json':
      if (rest.length > 0) throw noFraming(text, `${kind} takes no parameter`)
      return { kind }
    case 'length':
      return parseLength(text, parameter)
    case 'delim':
      if (!/^(?:[0-9a-f]{2})+$/i.test(parameter)) {
        throw noFraming(text, 'delim: takes the delimiter in hexadecimal, such as delim:0d0a')
      }
      return { kind, delimiter: new Uint8Array(Buffer.from(parameter, 'hex')) }
    case 'fixed':
      if (!/^[1-9]\d{0,8}$/.test(parameter)) {
        throw noFraming(text, 'fixed: takes the size in bytes, such as fixed:16')
      }
      return { kind, size: Number(parameter) }
    default:
      throw noFraming(text, `write one of ${framingForms}`)
  }
}

function parseLength(text: string, parameter: string): FramingChoice {
  if (parameter === 'varint') return { kind: 'length', bytes: 'varint', endian: 'big' }
  const match = /^([12348])(be|le)?$/.exec(parameter)
  if (match === null || (match[2] === undefined && match[1] !== '1')) {
    throw noFraming(
      text,
      'length: takes 1, 2, 3, 4 or 8 bytes with be or le, such as length:2be, or varint',
    )
  }
  const bytes = Number(match[1]) as 1 | 2 | 3 | 4 | 8
  return { kind: 'length', bytes, endian: match[2] === 'le' ? 'little' : 'big' }
}

function noFraming(text: string, remedy: string): UsageError {
  return new UsageError(`there is no framing ${JSON.stringify(text)}`, remedy)
}

/** @throws UsageError when the framing says itself how large a message is */
export function assertMaxFrame(framing: FramingChoice, maxFrame: number | undefined): void {
  if (maxFrame === undefined || framing.kind !== 'fixed') return
  throw new UsageError(
    `--max-frame is ${maxFrame}, and each message of fixed:${framing.size} has ${framing.size} bytes`,
    'leave one of them out',
  )
}
