import type { BinaryMessage } from '../../binary-message.js'
import type { ByteOperations } from '../../byte-operations.js'
import type { Decoder, Encoder, Framing } from '../../framing.js'
import type { LengthBytes } from './length-field.js'
import { LengthPrefixedDecoder, type LengthPrefixedSettings } from './length-prefixed-decoder.js'
import { LengthPrefixedEncoder } from './length-prefixed-encoder.js'
import { notationOf } from './length-notation.js'
import { sizedByHeader } from './sized-by-header.js'
import {
  checkBoolean,
  checkDiscard,
  checkInteger,
  checkMaxFrame,
  frameLimitNames,
  type FrameLimits,
} from '../../frame-limits.js'
import { checkMark, type MarkOptions } from '../../mark.js'
import { invalid } from '../../../options/invalid.js'
import { checkOptions } from '../../../options/check-options.js'
import type { NamesOf } from '../../../options/option-names.js'

const largestOffset = 65_535
const largestAdjust = 2 ** 30

/** How `lengthPrefixed()` finds the length and what it counts. */
export interface LengthPrefixedOptions extends FrameLimits, MarkOptions {
  /**
   * How the length is written: a binary number of 1, 2, 3, 4 or 8 bytes; `varint` for LEB128 as
   * Protocol Buffers write it, at most ten bytes; `ber` for the short and the long form of LDAP and
   * SNMP, at most nine bytes; `decimal` or `hex` for digits, with `digits` or `until`. It must be
   * given, or `lengthOf`.
   */
  readonly bytes?: LengthBytes | undefined
  /** The byte order of a binary number. Default `big`, the network's. */
  readonly endian?: 'big' | 'little' | undefined
  /**
   * How many digits a `decimal` or `hex` length always has, with zeros in front: 1 … 15. Either this
   * or `until` goes with them.
   */
  readonly digits?: number | undefined
  /**
   * The character behind a `decimal` or `hex` length that has as many digits as it needs, such as a
   * space or a line feed. It may have 16 digits, and no zero in front.
   */
  readonly until?: string | undefined
  /**
   * Says how many bytes a frame has in all, from its first bytes, in the place of a length field. The
   * message is then the whole frame, in both directions, and the only other options that go with it
   * are `header`, `mostHeader`, `start` (which the message then has too), `between`, `maxFrame` and
   * `oversize`.
   *
   * It gets a copy of the first `header` bytes. Where these do not tell, it returns `undefined`, and
   * is asked again with one byte more, up to `mostHeader`. What it throws, and a size that is less
   * than the bytes it has seen, raise `HAWSER_FRAME_MALFORMED`. A message to send must have the size
   * that it says (`HAWSER_MESSAGE_INVALID`).
   */
  readonly lengthOf?: ((header: Uint8Array) => number | undefined) | undefined
  /** How many bytes `lengthOf` needs at least: 1 … 4,096. It must be given with `lengthOf`. */
  readonly header?: number | undefined
  /** How many bytes `lengthOf` gets at most. Default `header`; `header` … 4,096. */
  readonly mostHeader?: number | undefined
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
  start: true,
  between: true,
  bytes: true,
  endian: true,
  digits: true,
  until: true,
  lengthOf: 'function',
  header: true,
  mostHeader: true,
  offset: true,
  adjust: true,
  includesHeader: true,
}

/**
 * Frames of bytes with their length in front: for binary protocols, and the fastest to cut. The
 * message is all of the frame but the length field, and may be empty.
 *
 * With `start`, each frame begins with a mark, which is in front of everything else and not a part of
 * the message.
 *
 * A length beyond `maxFrame` costs no memory, whatever it announces; from 2^53 on it raises
 * `HAWSER_FRAME_TOO_LARGE` even with `oversize: 'discard'`. A length that leaves less than nothing
 * behind the field, and one that is not in its notation, raise `HAWSER_FRAME_MALFORMED`.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function lengthPrefixed(
  options: LengthPrefixedOptions,
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, lengthPrefixedNames)
  if (options.lengthOf !== undefined) return sizedByHeader(options.lengthOf, options)
  const mark = checkMark(options)
  const settings = checkSizes(options, {
    notation: notationOf(options),
    offset: checkInteger('offset', options.offset ?? 0, 0, largestOffset),
    adjust: checkInteger('adjust', options.adjust ?? 0, -largestAdjust, largestAdjust),
    includesHeader: checkBoolean('includesHeader', options.includesHeader, false),
    discard: checkDiscard(options.oversize),
    mark,
  })
  return Object.freeze({
    name: `length:${settings.notation.name}`,
    maxFrame: settings.maxFrame,
    overhead: settings.notation.largestSize + (mark?.bytes.length ?? 0),
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new LengthPrefixedDecoder(operations, settings),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new LengthPrefixedEncoder(operations, settings),
  })
}

/** A length field of one byte carries no frame of 1 MiB: `maxFrame` is what can be carried. */
function checkSizes(
  options: LengthPrefixedOptions,
  settings: Omit<LengthPrefixedSettings, 'maxFrame'>,
): LengthPrefixedSettings {
  const maxFrame = checkMaxFrame(options.maxFrame)
  const { notation, offset, adjust, includesHeader } = settings
  const { isFixed, largestSize, largestValue } = notation
  const header = includesHeader && isFixed ? offset + largestSize : 0
  const carried = Math.min(maxFrame, offset + largestValue + adjust - header)
  if (carried >= Math.max(1, offset)) return { ...settings, maxFrame: carried }
  throw invalid(
    'maxFrame',
    `fits no frame: with a length of ${notation.name}, offset: ${offset}, adjust: ${adjust} and maxFrame: ` +
      `${maxFrame} the largest message would have ${carried} bytes`,
  )
}
