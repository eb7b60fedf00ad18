import { checkOptions } from '../../options/check-options.js'
import { invalid, show } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { BinaryMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { makeEncoder } from '../checked-encoder.js'
import { checkChoice, checkInteger } from '../frame-limits.js'
import { type Decoder, defaultOverhead, type Encoder, type Framing } from '../framing.js'
import { PassingDecoder } from '../passing-decoder.js'
import { checkInner } from './check-inner.js'
import { type ChecksumName, checksumAlgorithms } from './checksum-algorithms.js'
import { ChecksumEncoder } from './checksum-encoder.js'
import { type ChecksumPlace, takeChecksum } from './checksum-place.js'

const largestMargin = 65_535

/** Which checksum `checksum()` looks at, and where it stands in the messages of the inner framing. */
export interface ChecksumOptions {
  /**
   * Which checksum: `crc16-modbus`, `crc16-x25`, `crc16-arc`, `crc16-xmodem`, `crc32` (of Ethernet,
   * zip and gzip), `sum8` (all bytes added up, without the carry) or `xor8`.
   */
  readonly algorithm: ChecksumName
  /** Whether it stands behind the bytes it covers or in front of them. Default `behind`. */
  readonly place?: 'behind' | 'front' | undefined
  /** Its byte order. Default `big`, the network's; Modbus has `little`. */
  readonly endian?: 'big' | 'little' | undefined
  /**
   * How many bytes it takes; those beyond the algorithm's own are zero. Default the algorithm's own:
   * 4 for `crc32`, 2 for the other CRCs, 1 for `sum8` and `xor8`; at most 8.
   */
  readonly bytes?: number | undefined
  /**
   * How many bytes at the beginning of a message it neither covers nor follows, such as a preamble.
   * Default 0; 0 … 65,535.
   */
  readonly offset?: number | undefined
  /** The same at the end of a message, such as a mark of the end. Default 0; 0 … 65,535. */
  readonly trailer?: number | undefined
}

/** The names of the options in {@link ChecksumOptions}. */
const checksumNames: NamesOf<ChecksumOptions> = {
  algorithm: true,
  place: true,
  endian: true,
  bytes: true,
  offset: true,
  trailer: true,
}

/**
 * The frames of `inner`, whose messages carry a checksum. It is checked and taken away when a message
 * arrives, and put in when one is sent. A wrong one raises `HAWSER_FRAME_MALFORMED`, as does a message
 * that is too short to have one. That finds the errors of a line; it keeps out no peer that lies.
 *
 * A message has room for the checksum beside it: its `maxFrame` is less than that of `inner` by the
 * checksum's bytes.
 *
 * @param inner how the bytes are cut; its messages are bytes
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checksum(
  inner: Framing<Uint8Array, Uint8Array>,
  options: ChecksumOptions,
): Framing<Uint8Array, Uint8Array | string> {
  checkInner('inner', inner)
  checkOptions(options, checksumNames)
  const place = checkPlace(options)
  const maxFrame = inner.maxFrame - place.size
  if (maxFrame < Math.max(1, place.offset + place.trailer)) {
    throw invalid(
      'maxFrame',
      `of the inner framing is ${inner.maxFrame}, which the checksum and what is around it fill: raise it`,
    )
  }
  return Object.freeze({
    name: `${inner.name}+${place.name}`,
    maxFrame,
    overhead: (inner.overhead ?? defaultOverhead) + place.size,
    silence: inner.silence,
    perConnection: inner.perConnection ?? false,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> => {
      const pass = (message: Uint8Array, start: number): Uint8Array =>
        takeChecksum(message, place, start, operations)
      return new PassingDecoder(inner, operations, pass, true)
    },
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new ChecksumEncoder(makeEncoder(inner, operations), place, maxFrame, operations),
  })
}

function checkPlace(options: ChecksumOptions): ChecksumPlace {
  const { algorithm: name } = options
  if (!Object.hasOwn(checksumAlgorithms, name)) {
    const names = Object.keys(checksumAlgorithms).join(', ')
    throw invalid('algorithm', `is ${show(name)}, and must be one of ${names}`)
  }
  const algorithm = checksumAlgorithms[name]
  return {
    name,
    algorithm,
    size: checkInteger('bytes', options.bytes ?? algorithm.bytes, algorithm.bytes, 8),
    isBehind: checkChoice('place', options.place, ['behind', 'front'], 'behind') === 'behind',
    littleEndian: checkChoice('endian', options.endian, ['big', 'little'], 'big') === 'little',
    offset: checkInteger('offset', options.offset ?? 0, 0, largestMargin),
    trailer: checkInteger('trailer', options.trailer ?? 0, 0, largestMargin),
  }
}
