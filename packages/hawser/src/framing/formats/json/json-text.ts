import { textOf } from '../../../errors.js'
import { frameMalformed, messageInvalid, showText } from '../../frame-errors.js'
import { invalid, show } from '../../../options/invalid.js'
import { describeIssues, type StandardResult, type StandardSchema } from './standard-schema.js'

/**
 * What a text of JSON means.
 *
 * @param what what the text is: `a line`
 * @param offset where it begins, counted from the first byte this framing read
 * @throws FramingError `HAWSER_FRAME_MALFORMED` when it is not JSON, or the schema refuses it
 */
export function parseJson<In>(
  text: string,
  what: string,
  schema: StandardSchema<In> | undefined,
  offset: number,
): In {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = showText(textOf(error))
    // The parser quotes the peer's text as it came, so its own error is not passed on.
    throw frameMalformed(`${what} is not JSON: ${reason}`, offset, new SyntaxError(reason))
  }
  return schema === undefined ? (value as In) : validate(schema, value, offset)
}

function validate<In>(schema: StandardSchema<In>, value: unknown, offset: number): In {
  const result = schema['~standard'].validate(value)
  if (isPromise(result)) {
    result.then(undefined, () => {})
    throw invalid(
      'schema',
      'returns a promise, and one is needed that returns its result at once: remove ' +
        'its asynchronous checks, and make them in the handler',
    )
  }
  if (result.issues === undefined) return result.value
  const reason = showText(describeIssues(result.issues))
  throw frameMalformed(`the schema refuses a value: ${reason}`, offset, result.issues)
}

function isPromise<Output>(
  result: StandardResult<Output> | Promise<StandardResult<Output>>,
): result is Promise<StandardResult<Output>> {
  return 'then' in result && typeof result.then === 'function'
}

/**
 * A message as JSON.
 *
 * @throws FramingError `HAWSER_MESSAGE_INVALID`
 */
export function stringify(message: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(message)
  } catch (error) {
    const reason = showText(textOf(error))
    throw messageInvalid(`JSON cannot express the message: ${reason}`, error)
  }
  if (text !== undefined) return text
  throw messageInvalid(
    `JSON cannot express the message, which is ${show(message)}: send null or an object instead`,
  )
}

/**
 * Checks that an option is a schema.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function checkSchema<In>(
  schema: StandardSchema<In> | undefined,
): StandardSchema<In> | undefined {
  if (schema === undefined || typeof schema['~standard']?.validate === 'function') return schema
  throw invalid(
    'schema',
    `is ${show(schema)}, and must be a Standard Schema: an object with a '~standard' property`,
  )
}
