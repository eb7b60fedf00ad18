import * as v from 'valibot'
import { rulePatterns } from './filter.js'

const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0))

/** A message that has these bytes in it, that a regular expression fits, or of a length. */
const Match = v.variant('as', [
  ...rulePatterns,
  v.strictObject({
    as: v.literal('length'),
    /** Bytes that it has at least, and at most. Default: any. */
    from: v.optional(Bytes),
    to: v.optional(Bytes),
  }),
])

/** What is sent back; the framing puts its own around it. */
const Reply = v.variant('as', [
  v.strictObject({ as: v.literal('text'), text: v.pipe(v.string(), v.maxLength(65_536)) }),
  v.strictObject({ as: v.literal('hex'), hex: v.pipe(v.string(), v.maxLength(262_144)) }),
])

const common = {
  /** Shown with what it did. */
  name: v.pipe(v.string(), v.trim(), v.minLength(1, 'a rule has a name'), v.maxLength(64)),
  match: Match,
  /** Milliseconds that it waits before; messages of the connection that come meanwhile wait too. Default 0. */
  delay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
  /** Whether it is switched off. Default false. */
  off: v.optional(v.boolean()),
}

/** A rule: what a session does with a message that fits it. */
export const Responder = v.variant('do', [
  v.strictObject({ ...common, do: v.literal('reply'), reply: Reply }),
  v.strictObject({
    ...common,
    /** Nothing; what the session does otherwise, as after no rule; end the connection well, or with a reset. */
    do: v.picklist(['drop', 'pass', 'close', 'reset']),
  }),
])

/** In their order: the first that fits is the one. */
export const Responders = v.pipe(v.array(Responder), v.maxLength(256))

export type Responder = v.InferOutput<typeof Responder>
