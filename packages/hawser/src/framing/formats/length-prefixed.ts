import type { BinaryMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import type { Decoder, Encoder, Framing } from '../framing.js'
import { largestSize, largestValue, type LengthBytes } from './length-field.js'
import { LengthPrefixedDecoder, type LengthPrefixedSettings } from './length-prefixed-decoder.js'
import { LengthPrefixedEncoder } from './length-prefixed-encoder.js'
import {
  checkBoolean,
  checkChoice,
  checkDiscard,
  checkInteger,
  checkMaxFrame,
  frameLimitNames,
  type FrameLimits,
} from '../frame-limits.js'
import { invalid } from '../../options/invalid.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

const largestOffset = 65_535
const largestAdjust = 2 ** 30

/** How `lengthPrefixed()` finds the length and what it counts. */
export interface LengthPrefixedOptions extends FrameLimits {
  /**
   * How many bytes the length field takes: 1, 2, 3, 4, 8, or `varint` for LEB128 as Protocol
   * Buffers write it, at most ten bytes.
   */
  readonly bytes: LengthBytes
  /** The byte order of the length field. Default `big`, the network's. Not for `varint`. */
  readonly endian?: 'big' | 'little' | undefined
  /**
   * How many bytes stand in front of the length field, such as a type. They are the beginning of
   * the message, in both directions. Default 0; 0 … 65,535.
   */
  readonly offset?: number | undefined
  /**
   * What to add to the number in the length field to get the bytes behind the field: 4 when a
   * checksum of four bytes is not counted, for instance. Default 0; -2^30 … 2^30.
   */
  readonly adjust?: number | undefined
  /** The number in the length field counts the `offset` bytes and the field itself. Default false. */
  readonly includesHeader?: boolean | undefined
}

/** The names of the options in {@link LengthPrefixedOptions}. */
const lengthPrefixedNames: NamesOf<LengthPrefixedOptions> = {
  ...frameLimitNames,
  bytes: true,
  endian: true,
  offset: true,
  adjust: true,
  includesHeader: true,
}

/**
 * Frames of bytes with their length in front: for binary protocols, and the fastest to cut. The
 * message is all of the frame but the length field, and may be empty.
 *
 * A length beyond `maxFrame` costs no memory, whatever it announces; from 2^53 on it raises
 * `HAWSER_FRAME_TOO_LARGE` even with `oversize: 'discard'`. A length that leaves less than nothing
 * behind the field, and a varint of more than 64 bits, raise `HAWSER_FRAME_MALFORMED`.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function lengthPrefixed(
  options: LengthPrefixedOptions,
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, lengthPrefixedNames)
  const { bytes } = options
  checkChoice('bytes', bytes, [1, 2, 3, 4, 8, 'varint'], 4)
  if (bytes === undefined) throw invalid('bytes', 'is missing: lengthPrefixed({ bytes: 4 })')
  const endian = checkChoice('endian', options.endian, ['big', 'little'], 'big')
  const settings = checkSizes(options, {
    bytes,
    littleEndian: endian === 'little',
    offset: checkInteger('offset', options.offset ?? 0, 0, largestOffset),
    adjust: checkInteger('adjust', options.adjust ?? 0, -largestAdjust, largestAdjust),
    includesHeader: checkBoolean('includesHeader', options.includesHeader, false),
    discard: checkDiscard(options.oversize),
  })
  return Object.freeze({
    name: nameFraming(bytes, endian),
    maxFrame: settings.maxFrame,
    overhead: largestSize(bytes),
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new LengthPrefixedDecoder(operations, settings),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new LengthPrefixedEncoder(operations, settings),
  })
}

function nameFraming(bytes: LengthBytes, endian: 'big' | 'little'): string {
  if (bytes === 1 || bytes === 'varint') return `length:${bytes}`
  return `length:${bytes}${endian === 'big' ? 'be' : 'le'}`
}

/** A length field of one byte carries no frame of 1 MiB: `maxFrame` is what can be carried. */
function checkSizes(
  options: LengthPrefixedOptions,
  settings: Omit<LengthPrefixedSettings, 'maxFrame'>,
): LengthPrefixedSettings {
  const maxFrame = checkMaxFrame(options.maxFrame)
  const { bytes, offset, adjust, includesHeader } = settings
  const header = includesHeader && bytes !== 'varint' ? offset + bytes : 0
  const carried = Math.min(maxFrame, offset + largestValue(bytes) + adjust - header)
  if (carried >= Math.max(1, offset)) return { ...settings, maxFrame: carried }
  throw invalid(
    'maxFrame',
    `fits no frame: with bytes: ${bytes}, offset: ${offset}, adjust: ${adjust} and maxFrame: ` +
      `${maxFrame} the largest message would have ${carried} bytes`,
  )
}
