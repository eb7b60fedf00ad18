import * as v from 'valibot'
import { Encoding } from './text/encoding.js'

const Id = v.pipe(v.number(), v.integer(), v.minValue(0))

const text = {
  as: v.literal('text'),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
}
const others = [
  v.strictObject({
    as: v.literal('hex'),
    hex: v.pipe(v.string(), v.minLength(1), v.maxLength(8_192)),
  }),
  v.strictObject({
    as: v.literal('regex'),
    regex: v.pipe(v.string(), v.minLength(1), v.maxLength(1_024)),
  }),
] as const

/** What a rule looks for: a text is UTF-8. */
export const rulePatterns = [v.strictObject(text), ...others] as const

/** Bytes that are looked for, whichever way they were cut into rows. */
export const Pattern = v.variant('as', [
  v.strictObject({
    ...text,
    /** How the text is encoded. Default UTF-8. */
    encoding: v.optional(Encoding),
    /** Whether large and small letters are the same. Default false. */
    anyCase: v.optional(v.boolean()),
  }),
  ...others,
])

/** Which rows a sheet shows. Nothing left out: all of the log. */
export const Filter = v.strictObject({
  /** Those of this session. */
  session: v.optional(Id),
  /** Those of this connection. */
  connection: v.optional(Id),
  /** Those of these kinds. */
  kinds: v.optional(v.pipe(v.array(v.picklist(['in', 'out', 'event', 'lost'])), v.maxLength(4))),
  /** Events of these names: `bookmark`, `note`. */
  events: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(16))),
  /** Those that bytes like these end in. */
  pattern: v.optional(Pattern),
  /** Whether rows are left out that say the same as one of these: heartbeats. */
  hide: v.optional(v.pipe(v.array(Pattern), v.maxLength(16))),
  /** Whether rows are left out that have the bytes of one of these, in hex, and no others. */
  hideSame: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.hexadecimal(), v.maxLength(8_192))), v.maxLength(64)),
  ),
})

export type Pattern = v.InferOutput<typeof Pattern>
export type Filter = v.InferOutput<typeof Filter>
