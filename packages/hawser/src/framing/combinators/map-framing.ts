import { valueOf } from '../../callbacks.js'
import { FramingError, textOf } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { invalid } from '../../options/invalid.js'
import type { ByteOperations } from '../byte-operations.js'
import { makeEncoder, putFrame } from '../checked-encoder.js'
import { frameMalformed, messageInvalid, showText } from '../frame-errors.js'
import type { Decoder, Encoder, FrameOutput, Framing } from '../framing.js'
import { PassingDecoder } from '../passing-decoder.js'
import { checkInner } from './check-inner.js'

/** What `mapFraming()` makes of messages, one function for each direction. */
export interface MapFramingOptions<InnerIn, InnerOut, In, Out = In> {
  /**
   * Makes what is received of a message of the inner framing. It may keep the message and write to
   * it. What it throws raises `HAWSER_FRAME_MALFORMED` with that as its cause; a `FramingError` is
   * raised as it is. It must return at once, and keep nothing from one message to the next: after
   * `switchFraming`, messages that were decoded ahead are read again.
   */
  readonly decode: (message: InnerIn) => In
  /**
   * Makes a message of the inner framing of what is sent. What it throws rejects the `send` with
   * `HAWSER_MESSAGE_INVALID`, and no byte of the message is sent; a `FramingError` is passed on as
   * it is. It must return at once, and serves all connections.
   */
  readonly encode: (message: Out) => InnerOut
}

/** The names of the options in {@link MapFramingOptions}. */
const mapFramingNames: NamesOf<MapFramingOptions<unknown, unknown, unknown>> = {
  decode: 'function',
  encode: 'function',
}

/**
 * The frames of `inner`, with messages of another type: a record out of bytes, a command out of a
 * line. The limits are those of `inner`: a message is made only of a whole frame.
 *
 * @typeParam In what is received
 * @typeParam Out what is sent
 * @param inner how the bytes are cut
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function mapFraming<InnerIn, InnerOut, In, Out = In>(
  inner: Framing<InnerIn, InnerOut>,
  options: MapFramingOptions<InnerIn, InnerOut, In, Out>,
): Framing<In, Out> {
  checkInner('inner', inner)
  checkOptions(options, mapFramingNames)
  const { decode, encode } = options
  if (decode === undefined) throw invalid('decode', 'is missing: it makes what is received')
  if (encode === undefined) throw invalid('encode', 'is missing: it makes what is sent')
  const { name, maxFrame, overhead, silence, streaming = false, perConnection = false } = inner
  const pass = (message: InnerIn, start: number): In => mapReceived(decode, message, start)
  return Object.freeze({
    name,
    maxFrame,
    overhead,
    silence,
    streaming,
    perConnection,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      // Not views: `decode` may write to what it gets, which must not change what is read again.
      new PassingDecoder(inner, operations, pass, false),
    createEncoder: (operations: ByteOperations): Encoder<Out> =>
      new MappedEncoder(makeEncoder(inner, operations), encode),
  })
}

function mapReceived<InnerIn, In>(
  decode: (message: InnerIn) => In,
  message: InnerIn,
  start: number,
): In {
  try {
    return valueOf('decode', decode(message))
  } catch (error) {
    if (error instanceof FramingError) throw error
    const reason = showText(textOf(error))
    throw frameMalformed(`decode refuses a message: ${reason}`, start, error)
  }
}

class MappedEncoder<InnerOut, Out> implements Encoder<Out> {
  readonly #inner: Encoder<InnerOut>
  readonly #encode: (message: Out) => InnerOut

  constructor(inner: Encoder<InnerOut>, encode: (message: Out) => InnerOut) {
    this.#inner = inner
    this.#encode = encode
  }

  encode(message: Out, output: FrameOutput): void {
    putFrame(this.#inner, this.#map(message), output)
  }

  #map(message: Out): InnerOut {
    try {
      return valueOf('encode', this.#encode(message))
    } catch (error) {
      if (error instanceof FramingError) throw error
      throw messageInvalid(`encode refuses the message: ${showText(textOf(error))}`, error)
    }
  }
}
