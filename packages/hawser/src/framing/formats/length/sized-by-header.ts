import type { BinaryMessage } from '../../binary-message.js'
import type { ByteOperations } from '../../byte-operations.js'
import { checkDiscard, checkInteger, checkMaxFrame, type FrameLimits } from '../../frame-limits.js'
import type { Decoder, Encoder, Framing } from '../../framing.js'
import { checkMark, type MarkOptions } from '../../mark.js'
import { invalid } from '../../../options/invalid.js'
import { type HeaderSettings, type LengthOf, SizedDecoder } from './sized-decoder.js'
import { SizedEncoder } from './sized-encoder.js'

/** From `header` on, each number of bytes is asked with: more would cost their square. */
const largestHeader = 4096

interface HeaderOptions extends FrameLimits, MarkOptions {
  readonly header?: number | undefined
  readonly mostHeader?: number | undefined
}

/** The only options that go with `lengthOf`. */
const fitting = new Set([
  ...['lengthOf', 'header', 'mostHeader', 'start', 'between', 'maxFrame', 'oversize'],
])

/**
 * Frames whose first bytes say how many they are.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function sizedByHeader(
  lengthOf: LengthOf,
  options: HeaderOptions,
): Framing<Uint8Array, Uint8Array | string> {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || fitting.has(name)) continue
    throw invalid(
      name,
      'and lengthOf exclude each other: lengthOf says how long the whole frame is',
    )
  }
  if (options.header === undefined) {
    throw invalid('header', 'is missing: how many bytes lengthOf needs')
  }
  const least = checkInteger('header', options.header, 1, largestHeader)
  const most = checkInteger('mostHeader', options.mostHeader ?? least, least, largestHeader)
  const maxFrame = checkMaxFrame(options.maxFrame)
  const mark = checkMark(options)
  const lead = mark?.bytes.length ?? 0
  if (maxFrame < Math.max(most, lead)) {
    throw invalid(
      'maxFrame',
      `is ${maxFrame}, and the header of a frame takes up to ${Math.max(most, lead)} bytes`,
    )
  }
  const settings: HeaderSettings = {
    lengthOf,
    least,
    most,
    maxFrame,
    discard: checkDiscard(options.oversize),
    mark,
  }
  return Object.freeze({
    name: 'length:header',
    maxFrame,
    overhead: 0,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new SizedDecoder(operations, settings),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new SizedEncoder(operations, settings),
  })
}
