import * as v from 'valibot'
import { Base64 } from './base64.js'
import { Name } from './definition.js'
import { SavedMessage, SavedSequence } from './saved.js'

const Id = v.pipe(v.number(), v.integer(), v.minValue(0))
/** A day. */
const longest = 86_400_000

/** Whom it speaks to: connections by their numbers in the log; all of the session without `to`. */
const where = { session: Id, to: v.optional(v.pipe(v.array(Id), v.maxLength(4_096))) }
const Kind = v.picklist(['message', 'sequence'])

/** What a page asks for about what is sent by itself, and what is kept to be sent again. */
export const runRequests = [
  /** Send a message again and again, also when the page is closed. */
  v.strictObject({
    id: Id,
    do: v.literal('repeat'),
    ...where,
    bytes: Base64,
    variables: v.optional(v.boolean()),
    /** Milliseconds from one to the next. */
    every: v.pipe(
      v.number(),
      v.minValue(1, 'every is 1 ms or more'),
      v.maxValue(longest, 'every is a day at most: 86400000 ms'),
    ),
    /** How often. Default: until it is stopped. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    /** That of the saved message, which is shown. */
    name: v.optional(Name),
  }),
  v.strictObject({ id: Id, do: v.literal('play'), ...where, sequence: SavedSequence }),
  /** Stop a run, or forget one that is over. */
  v.strictObject({ id: Id, do: v.literal('end-run'), run: Id }),

  /** Keep a message under its name; in the place of the one that is named `was`. */
  v.strictObject({
    id: Id,
    do: v.literal('keep-message'),
    message: SavedMessage,
    was: v.optional(Name),
  }),
  v.strictObject({
    id: Id,
    do: v.literal('keep-sequence'),
    sequence: SavedSequence,
    was: v.optional(Name),
  }),
  v.strictObject({ id: Id, do: v.literal('forget-saved'), kind: Kind, name: Name }),
  /** Put one into another place of its list: 0 is the first. */
  v.strictObject({ id: Id, do: v.literal('move-saved'), kind: Kind, name: Name, to: Id }),
] as const
