import * as v from 'valibot'
import { ScriptName } from './definition.js'

const Id = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What a page asks for about the project. */
export const projectRequests = [
  /** Keep a session as it is in its file, or in a new one. */
  v.strictObject({ id: Id, do: v.literal('save'), session: Id }),
  /** Read all files again. */
  v.strictObject({ id: Id, do: v.literal('read-project') }),
  /** Start what its files do not keep from it. */
  v.strictObject({ id: Id, do: v.literal('start-all') }),
  /** Let the code run that the page has shown; other code is refused. */
  v.strictObject({
    id: Id,
    do: v.literal('trust'),
    hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a hash has 64 digits of hex')),
  }),
  /** Trust no code of the folder any more: scripts of it that run are ended, and their sessions reply nothing for them. */
  v.strictObject({ id: Id, do: v.literal('untrust') }),
  /** The script of a server or a client from now on, or none. It runs only when its folder is trusted. */
  v.strictObject({
    id: Id,
    do: v.literal('script'),
    session: Id,
    script: v.optional(ScriptName),
  }),
] as const
