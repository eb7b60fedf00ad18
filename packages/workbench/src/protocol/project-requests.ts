import * as v from 'valibot'

const Id = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What a page asks for about the project. */
export const projectRequests = [
  /** Keep a session as it is in its file, or in a new one. */
  v.strictObject({ id: Id, do: v.literal('save'), session: Id }),
  /** Read all files again. */
  v.strictObject({ id: Id, do: v.literal('read-project') }),
  /** Start what its files do not keep from it. */
  v.strictObject({ id: Id, do: v.literal('start-all') }),
] as const
