import type { ChecksumOptions } from 'hawser'
import type { FramingName, FramingOptions, LengthNotation, ModuleChoice } from './choice.js'

/** How the value of an option is written: one of these words, or in one of these ways. */
export type ValueKind = readonly string[] | 'integer' | 'flag' | 'bytes' | 'character'

/** How a value of a type is written. */
type KindOf<Value> = Uint8Array extends Value
  ? 'bytes'
  : string extends Value
    ? 'character'
    : [Value] extends [boolean]
      ? 'flag'
      : [Value] extends [number]
        ? 'integer'
        : readonly Value[]

type KindsOf<Options> = { readonly [Name in keyof Options]-?: KindOf<NonNullable<Options[Name]>> }

/** What `--framing` takes of one framing. */
export interface FramingForm<Kinds = Readonly<Record<string, ValueKind>>> {
  /** The library's function. */
  readonly call: string
  /** What stands behind the colon. */
  readonly main: 'none' | 'length' | 'bytes' | 'size' | 'gap'
  /** Its messages are bytes, so that they may carry a checksum. */
  readonly isBinary: boolean
  readonly options: Kinds
}

const oversize = ['close', 'discard'] as const
const unterminated = ['deliver', 'reject', 'discard'] as const
const between = ['refuse', 'skip'] as const
const invalid = ['reject', 'replace'] as const

/** Every framing by its name. */
export const framingForms: {
  readonly [Name in FramingName]: FramingForm<KindsOf<FramingOptions[Name]>>
} = {
  lines: {
    call: 'lines',
    main: 'none',
    isBinary: false,
    options: {
      crlf: ['accept', 'require'],
      sendCrlf: 'flag',
      invalid: ['reject'],
      oversize,
      unterminated,
    },
  },
  raw: { call: 'raw', main: 'none', isBinary: false, options: {} },
  length: {
    call: 'lengthPrefixed',
    main: 'length',
    isBinary: true,
    options: {
      offset: 'integer',
      adjust: 'integer',
      includesHeader: 'flag',
      digits: 'integer',
      until: 'character',
      start: 'bytes',
      between,
      oversize,
    },
  },
  delim: {
    call: 'delimited',
    main: 'bytes',
    isBinary: true,
    options: { start: 'bytes', between, oversize, unterminated },
  },
  fixed: {
    call: 'fixed',
    main: 'size',
    isBinary: true,
    options: { unterminated: ['reject', 'discard'] },
  },
  netstring: { call: 'netstring', main: 'none', isBinary: true, options: { oversize } },
  json: {
    call: 'jsonLines',
    main: 'none',
    isBinary: false,
    options: { invalid, oversize, unterminated },
  },
  'json-values': {
    call: 'jsonValues',
    main: 'none',
    isBinary: false,
    options: { maxDepth: 'integer', invalid, oversize },
  },
  slip: { call: 'slip', main: 'none', isBinary: true, options: { oversize, unterminated } },
  dots: { call: 'dotStuffed', main: 'none', isBinary: false, options: {} },
  silence: { call: 'silence', main: 'gap', isBinary: true, options: {} },
}

/** What `checksum=` takes. */
export const checksumNames: readonly ChecksumOptions['algorithm'][] = [
  'crc16-modbus',
  'crc16-x25',
  'crc16-arc',
  'crc16-xmodem',
  'crc32',
  'sum8',
  'xor8',
]

/** The other options of `checksum()`, which have `checksum.` in front. */
export const checksumKinds: KindsOf<Omit<ChecksumOptions, 'algorithm'>> = {
  place: ['behind', 'front'],
  endian: ['big', 'little'],
  bytes: 'integer',
  offset: 'integer',
  trailer: 'integer',
}

/** What stands behind `length:`, and what it is to the library. */
export const lengthNotations: Readonly<Record<string, LengthNotation>> = {
  '1': { bytes: 1 },
  '2be': { bytes: 2, endian: 'big' },
  '2le': { bytes: 2, endian: 'little' },
  '3be': { bytes: 3, endian: 'big' },
  '3le': { bytes: 3, endian: 'little' },
  '4be': { bytes: 4, endian: 'big' },
  '4le': { bytes: 4, endian: 'little' },
  '8be': { bytes: 8, endian: 'big' },
  '8le': { bytes: 8, endian: 'little' },
  varint: { bytes: 'varint' },
  ber: { bytes: 'ber' },
  decimal: { bytes: 'decimal' },
  hex: { bytes: 'hex' },
}

/** What goes with a module. */
export const moduleKinds: KindsOf<ModuleChoice['options']> = {
  messages: ['bytes', 'text', 'json'],
}
