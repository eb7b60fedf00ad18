import type { ByteOperations } from '../../byte-operations.js'
import { messageInvalid, messageTooLarge, showText } from '../../frame-errors.js'
import type { Decoder, Encoder, FrameOutput, Framing } from '../../framing.js'
import {
  checkChoice,
  checkDiscard,
  checkInteger,
  checkMaxFrame,
  frameLimitNames,
  type FrameLimits,
} from '../../frame-limits.js'
import { checkOptions } from '../../../options/check-options.js'
import type { NamesOf } from '../../../options/option-names.js'
import { checkSchema, stringify } from './json-text.js'
import { JsonValuesDecoder, type JsonValuesSettings } from './json-values-decoder.js'
import type { StandardSchema } from './standard-schema.js'

const defaultMaxDepth = 256

/** How `jsonValues()` reads values. */
export interface JsonValuesOptions<In> extends FrameLimits {
  /**
   * How many objects and arrays may lie in each other in a value that arrives. Stops a value that is
   * nested so deeply that code that walks it runs out of stack.
   *
   * Default 256; 1 or more, off with `Infinity`. Raises `HAWSER_FRAME_MALFORMED`.
   */
  readonly maxDepth?: number | undefined
  /** As that of `jsonLines()`: checks, and may transform, every value received. Default: none. */
  readonly schema?: StandardSchema<In> | undefined
  /**
   * What happens to text that is not valid UTF-8: `reject` raises `HAWSER_TEXT_INVALID`; `replace`
   * puts U+FFFD in the place of what is malformed. Default `reject`.
   */
  readonly invalid?: 'replace' | 'reject' | undefined
}

/** The names of the options in {@link JsonValuesOptions}. */
const jsonValuesNames: NamesOf<JsonValuesOptions<unknown>> = {
  ...frameLimitNames,
  maxDepth: true,
  schema: true,
  invalid: true,
}

/**
 * JSON values (RFC 8259) one behind the other, with nothing between them or with white space: what
 * programs send that write values to a socket, some JSON-RPC servers and many devices among them.
 *
 * Each value is an object or an array, because where a number ends is not known before the next byte.
 * Anything else where a value should begin, and a value that is not JSON or that the schema refuses,
 * raises `HAWSER_FRAME_MALFORMED`; a message that is no object or array, `HAWSER_MESSAGE_INVALID`.
 *
 * @typeParam In what is received; taken from the schema when there is one
 * @typeParam Out what is sent
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function jsonValues<In = unknown, Out = In>(
  options: JsonValuesOptions<In> = {},
): Framing<In, Out> {
  checkOptions(options, jsonValuesNames)
  const { maxDepth = defaultMaxDepth } = options
  const settings: JsonValuesSettings<In> = {
    maxFrame: checkMaxFrame(options.maxFrame),
    discard: checkDiscard(options.oversize),
    maxDepth: maxDepth === Infinity ? maxDepth : checkInteger('maxDepth', maxDepth, 1, 2 ** 31),
    strictText:
      checkChoice('invalid', options.invalid, ['replace', 'reject'], 'reject') === 'reject',
    schema: checkSchema(options.schema),
  }
  return Object.freeze({
    name: 'json-values',
    maxFrame: settings.maxFrame,
    overhead: 0,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      new JsonValuesDecoder(operations, settings),
    createEncoder: (operations: ByteOperations): Encoder<Out> =>
      new JsonValuesEncoder(operations, settings.maxFrame),
  })
}

class JsonValuesEncoder<Out> implements Encoder<Out> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: Out, output: FrameOutput): void {
    const text = stringify(message)
    if (text[0] !== '{' && text[0] !== '[') {
      throw messageInvalid(
        `the message is ${showText(text, 40)}, whose end cannot be seen: send an object or an array`,
      )
    }
    const size = this.#operations.byteLength(text)
    if (size > this.#maxFrame) throw messageTooLarge(size, this.#maxFrame)
    output.text(text)
  }
}
