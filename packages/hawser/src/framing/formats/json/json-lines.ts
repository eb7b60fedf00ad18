import type { ByteOperations } from '../../byte-operations.js'
import type { Decoder, Encoder, FrameOutput, Framing } from '../../framing.js'
import { LineDecoder, lineOverhead, type LineSettings, lineTerminator } from '../line-decoder.js'
import { putLine } from '../line-encoder.js'
import {
  checkChoice,
  checkDiscard,
  checkMaxFrame,
  checkUnterminated,
  frameLimitNames,
  type FrameLimits,
  type Unterminated,
} from '../../frame-limits.js'
import { checkSchema, parseJson, stringify } from './json-text.js'
import type { StandardSchema } from './standard-schema.js'
import { nothing } from '../../terminated-decoder.js'
import { checkOptions } from '../../../options/check-options.js'
import type { NamesOf } from '../../../options/option-names.js'

/** How `jsonLines()` reads lines. */
export interface JsonLinesOptions<In> extends FrameLimits {
  /**
   * Checks, and may transform, every value received; a refusal raises `HAWSER_FRAME_MALFORMED`.
   * It must return at once: one that returns a promise raises `HAWSER_INVALID_OPTION` at the first
   * message. Values that are sent are not checked. Default: none, and the type is only a claim.
   */
  readonly schema?: StandardSchema<In> | undefined
  /**
   * What happens to text that is not valid UTF-8: `reject` raises `HAWSER_TEXT_INVALID` (RFC 8259
   * section 8.1 asks for UTF-8); `replace` puts U+FFFD in the place of what is malformed.
   * Default `reject`.
   */
  readonly invalid?: 'replace' | 'reject' | undefined
  /** What a last line without its newline means. Default `deliver`. */
  readonly unterminated?: Unterminated | undefined
}

/** The names of the options in {@link JsonLinesOptions}. */
const jsonLinesNames: NamesOf<JsonLinesOptions<unknown>> = {
  ...frameLimitNames,
  schema: true,
  invalid: true,
  unterminated: true,
}

/**
 * One JSON value (RFC 8259) per line: what browsers, `jq` and log shippers call NDJSON or JSON
 * Lines. Blank lines are skipped.
 *
 * A line that is not JSON, or that the schema refuses, raises `HAWSER_FRAME_MALFORMED`; a message
 * that JSON cannot express (undefined, a function, a BigInt, a cycle) `HAWSER_MESSAGE_INVALID`.
 *
 * @typeParam In what is received; taken from the schema when there is one
 * @typeParam Out what is sent
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function jsonLines<In = unknown, Out = In>(
  options: JsonLinesOptions<In> = {},
): Framing<In, Out> {
  checkOptions(options, jsonLinesNames)
  const settings: LineSettings = {
    ...lineTerminator,
    maxFrame: checkMaxFrame(options.maxFrame),
    discard: checkDiscard(options.oversize),
    unterminated: checkUnterminated(options.unterminated, 'deliver'),
    encoding: 'utf8',
    strictText:
      checkChoice('invalid', options.invalid, ['replace', 'reject'], 'reject') === 'reject',
    strictCrlf: false,
  }
  const schema = checkSchema(options.schema)
  return Object.freeze({
    name: 'json',
    maxFrame: settings.maxFrame,
    overhead: lineOverhead,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      new JsonLineDecoder(operations, settings, schema),
    createEncoder: (operations: ByteOperations): Encoder<Out> =>
      new JsonLineEncoder(operations, settings.maxFrame),
  })
}

class JsonLineDecoder<In> extends LineDecoder<In> {
  readonly #schema: StandardSchema<In> | undefined

  constructor(
    operations: ByteOperations,
    settings: LineSettings,
    schema: StandardSchema<In> | undefined,
  ) {
    super(operations, settings)
    this.#schema = schema
  }

  protected override interpret(text: string, offset: number): In | typeof nothing {
    // Almost no line is blank, and a visible character of ASCII says so.
    const first = text.charCodeAt(0)
    if (!(first > 0x20 && first < 0x80) && text.trim() === '') return nothing
    return parseJson(text, 'a line', this.#schema, offset)
  }
}

class JsonLineEncoder<Out> implements Encoder<Out> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: Out, output: FrameOutput): void {
    putLine(stringify(message), '\n', this.#maxFrame, output, this.#operations)
  }
}
