import * as v from 'valibot'
import { Base64 } from './base64.js'
import { Definition } from './definition.js'
import { ExportForm } from './export-form.js'
import { Filter, Pattern } from './filter.js'
import { projectRequests } from './project-requests.js'
import { Encoding } from './text/encoding.js'
import { Responders } from './responder.js'
import { runRequests } from './run-requests.js'

const Id = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What the page asks for. Each has a reply with the same `id`. */
export const Request = v.variant('do', [
  /** Begin: the reply says what there is. */
  v.strictObject({ id: Id, do: v.literal('hello') }),

  v.strictObject({ id: Id, do: v.literal('start'), definition: Definition }),
  v.strictObject({ id: Id, do: v.literal('stop'), session: Id }),
  /** Start one again that was stopped or has failed, perhaps as something else. */
  v.strictObject({
    id: Id,
    do: v.literal('restart'),
    session: Id,
    definition: v.optional(Definition),
  }),
  /** Forget one that is stopped; its rows stay in the log. */
  v.strictObject({ id: Id, do: v.literal('remove'), session: Id }),
  /** What a `hawser …` or `nc …` line asks for, as a definition. It is parsed, never executed. */
  v.strictObject({ id: Id, do: v.literal('parse'), line: v.pipe(v.string(), v.maxLength(4_096)) }),
  /** A session as a command, or as a program. */
  v.strictObject({
    id: Id,
    do: v.literal('copy'),
    session: Id,
    as: v.picklist(['command', 'code']),
  }),

  v.strictObject({
    id: Id,
    do: v.literal('send'),
    session: Id,
    /** Connections by their numbers in the log; all of the session without it. */
    to: v.optional(v.pipe(v.array(Id), v.maxLength(4_096))),
    bytes: Base64,
    /** Whether values are put in the place of `{{seq}}`, `{{time}}`, `{{random:8}}` and `{{crc16}}`. Default false. */
    variables: v.optional(v.boolean()),
  }),
  v.strictObject({
    id: Id,
    do: v.literal('act'),
    session: Id,
    connection: Id,
    act: v.picklist(['pause', 'resume', 'end', 'close', 'reset']),
  }),
  v.strictObject({ id: Id, do: v.literal('limit'), session: Id, maxConnections: Id }),
  v.strictObject({
    id: Id,
    do: v.literal('faults'),
    session: Id,
    faults: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(64)),
  }),
  /** The rules of a server or a client from now on, whether it runs or not. */
  v.strictObject({ id: Id, do: v.literal('responders'), session: Id, responders: Responders }),
  /** The connections of a session, at most so many. */
  v.strictObject({ id: Id, do: v.literal('connections'), session: Id, most: Id }),
  /** A remark in the log. */
  v.strictObject({
    id: Id,
    do: v.literal('note'),
    text: v.pipe(v.string(), v.maxLength(4_096)),
    /** The row it is about. */
    row: v.optional(Id),
    /** The session that it is about: it is shown with its rows. */
    session: v.optional(Id),
    /** The log that the row is of: that of a file session. Default: the workbench's own. */
    log: v.optional(Id),
  }),
  /** A bookmark on a row, or none any more. */
  v.strictObject({
    id: Id,
    do: v.literal('bookmark'),
    row: Id,
    on: v.boolean(),
    session: v.optional(Id),
    log: v.optional(Id),
  }),

  /** Look at the log through a filter. From then on `view` pushes say how many rows there are. */
  v.strictObject({
    id: Id,
    do: v.literal('open-view'),
    view: Id,
    filter: Filter,
    log: v.optional(Id),
    /** Whether it shows messages, by the framing of each session, instead of rows. They have numbers of their own. */
    messages: v.optional(v.boolean()),
    /** Of messages: a framing as `--framing` spells it, instead of that which each connection had. */
    framing: v.optional(v.pipe(v.string(), v.maxLength(1_024))),
  }),
  v.strictObject({ id: Id, do: v.literal('close-view'), view: Id }),
  /** Rows of a view by their places in it: the reply is binary. */
  v.strictObject({
    id: Id,
    do: v.literal('rows'),
    view: Id,
    from: Id,
    count: v.pipe(Id, v.maxValue(512)),
    /** What they are read by, where characters may be cut into two rows: `gbk`. */
    encoding: v.optional(Encoding),
  }),
  /** All bytes of a row, or a part of them: the reply is binary. */
  v.strictObject({
    id: Id,
    do: v.literal('bytes'),
    view: Id,
    row: Id,
    from: v.optional(Id),
    count: v.optional(v.pipe(Id, v.maxValue(1024 * 1024))),
    encoding: v.optional(Encoding),
  }),
  /** Where a row is in a view: its place, or that of the next row that is in it. */
  v.strictObject({
    id: Id,
    do: v.literal('locate'),
    view: Id,
    row: Id,
    /** Whether `row` is one of the log, though the view shows messages. */
    isOfLog: v.optional(v.boolean()),
  }),
  /** The next place of a view, before or behind `from`, where these bytes are. */
  v.strictObject({
    id: Id,
    do: v.literal('find'),
    view: Id,
    pattern: Pattern,
    from: Id,
    backwards: v.optional(v.boolean()),
  }),
  /** Begin to export the rows that a view has now, in the place of what was exported. */
  v.strictObject({ id: Id, do: v.literal('export'), view: Id, as: ExportForm }),
  /** The next piece of it. */
  v.strictObject({ id: Id, do: v.literal('export-next') }),
  ...projectRequests,
  ...runRequests,
  /** Give up a request that takes long. */
  v.strictObject({ id: Id, do: v.literal('cancel'), request: Id }),
])

export type Request = v.InferOutput<typeof Request>
export type RequestOf<Do extends Request['do']> = Extract<Request, { readonly do: Do }>
