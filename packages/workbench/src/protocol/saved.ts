import * as v from 'valibot'
import { Name } from './definition.js'

const Text = v.pipe(v.string(), v.maxLength(65_536))
const Hex = v.pipe(v.string(), v.maxLength(262_144))
const Regex = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024))
const Milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3_600_000))

/** Bytes: a text as it is (its escapes are those of JSON), or two digits of hex a byte. */
const bytes = { text: v.optional(Text), hex: v.optional(Hex) }
/** Bytes that are waited for, in a message; a regular expression has a character for each byte. */
const awaited = { ...bytes, regex: v.optional(Regex), within: v.optional(Milliseconds) }

/** What must come back, and within how many milliseconds. Default: 5,000. */
export const Expectation = v.pipe(
  v.strictObject(awaited),
  v.check((value) => hasOne(value, 'text', 'hex', 'regex'), 'write one of text, hex and regex'),
)

/** What any file of a project may have: what an editor checks it by. */
export const schemaReference = { $schema: v.optional(v.pipe(v.string(), v.maxLength(1_024))) }

/** A message that is kept: a file of `messages/`. */
export const SavedMessage = v.pipe(
  v.strictObject({
    ...schemaReference,
    name: Name,
    ...bytes,
    /** The name of the server or client that it is sent through. Default: the one that is shown. */
    to: v.optional(Name),
    /** Whether values are put in the place of `{{seq}}` and the like. Default false. */
    variables: v.optional(v.boolean()),
    /** `hawser run` sends a message that has it, and fails when it is not met. Needs `to`. */
    expect: v.optional(Expectation),
  }),
  v.check((value) => hasOne(value, 'text', 'hex'), 'write one of text and hex'),
  v.check(
    ({ expect, to }) => expect === undefined || to !== undefined,
    'a message with expect needs to: the name of the server or client it is sent through',
  ),
)

/** A step of a sequence. */
export const Step = v.variant('do', [
  v.pipe(
    v.strictObject({
      do: v.literal('send'),
      ...bytes,
      /** The name of a saved message instead. */
      message: v.optional(Name),
      variables: v.optional(v.boolean()),
    }),
    v.check(
      (value) => hasOne(value, 'text', 'hex', 'message'),
      'write one of text, hex and message',
    ),
  ),
  /** Go on when such bytes have come since the step before; give up when they do not. */
  v.pipe(
    v.strictObject({ do: v.literal('wait'), ...awaited }),
    v.check((value) => hasOne(value, 'text', 'hex', 'regex'), 'write one of text, hex and regex'),
  ),
  v.strictObject({ do: v.literal('delay'), ms: Milliseconds }),
])

/** Steps that are done one after the other: a file of `sequences/`. */
export const SavedSequence = v.strictObject({
  ...schemaReference,
  name: Name,
  /** As of a message. `hawser run` plays the sequences that have it. */
  to: v.optional(Name),
  /** How often all of it is done. Default 1. */
  times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
  steps: v.pipe(v.array(Step), v.minLength(1, 'a sequence has a step'), v.maxLength(256)),
})

/** Milliseconds that something is waited for, where it is not said. */
export const usualWithin = 5_000

export type Expectation = v.InferOutput<typeof Expectation>
export type SavedMessage = v.InferOutput<typeof SavedMessage>
export type Step = v.InferOutput<typeof Step>
export type SavedSequence = v.InferOutput<typeof SavedSequence>

function hasOne(value: object, ...names: readonly string[]): boolean {
  return names.filter((name) => Object.hasOwn(value, name)).length === 1
}
