import { Buffer } from 'node:buffer'
import type { ReplyValues } from '../protocol/replies.js'
import type { Request, RequestOf } from '../protocol/requests.js'
import { WorkbenchError } from '../workbench-error.js'
import type { DeskRoom } from './desk-room.js'
import type { Exports } from './exports.js'
import type { OpenViews } from './open-views.js'
import { exportLog } from '../sheet/export-log.js'
import { joinGone } from '../sheet/picked-rows.js'
import { projectHandlers } from './project-replies.js'
import { findFramings } from './framings.js'
import { assertMayRun } from './may-run.js'
import { refusedByTools } from './refusal.js'
import { runHandlers } from './run-replies.js'

/** What is replied with text; rows are sent as they are. */
export type Told = Exclude<Request['do'], 'rows' | 'bytes' | 'cancel'>

/** What a request is carried out with. */
export interface Work {
  readonly room: DeskRoom
  readonly views: OpenViews
  readonly exports: Exports
  readonly signal: AbortSignal
  /** A view was opened: the page hears how it grows. */
  readonly follow: (view: number) => void
  /** A view was closed. */
  readonly leave: (view: number) => void
}

/** Connections that are described at once. */
const mostDescribed = 4_096

type Handler<Do extends Told> = (
  request: RequestOf<Do>,
  work: Work,
) => ReplyValues[Do] | Promise<ReplyValues[Do]>

const handlers: { readonly [Do in Told]: Handler<Do> } = {
  hello: (_, { room }) => ({
    version: room.tools.version,
    mayRun: room.tools.mayRun,
    project: room.project?.state,
    sessions: room.sessions.all,
    runs: room.runs.all,
    saved: room.saved.state,
  }),
  start: async ({ definition }, { room }) => {
    assertMayRun(definition, room.tools)
    return { session: await room.sessions.start(definition) }
  },
  stop: async ({ session }, { room }) => {
    await room.sessions.stop(session)
    return null
  },
  restart: async ({ session, definition }, { room }) => {
    if (definition !== undefined) assertMayRun(definition, room.tools)
    await room.sessions.restart(session, definition)
    return null
  },
  remove: async ({ session }, { room }) => {
    await room.sessions.remove(session)
    return null
  },
  parse: ({ line }, { room }) => {
    try {
      return { definition: room.tools.parseLine(line) }
    } catch (error) {
      throw refusedByTools(error)
    }
  },
  copy: ({ session, as }, { room }) => ({ text: room.sessions.copy(session, as) }),
  send: async ({ session, bytes, to, variables }, { room }) => ({
    recipients: await room.sessions.send(session, Buffer.from(bytes, 'base64'), to, variables),
  }),
  act: ({ session, connection, act }, { room }) => {
    room.sessions.act(session, connection, act)
    return null
  },
  limit: ({ session, maxConnections }, { room }) => {
    room.sessions.limit(session, maxConnections)
    return null
  },
  faults: ({ session, faults }, { room }) => {
    room.sessions.setFaults(session, faults)
    return null
  },
  responders: ({ session, responders }, { room }) => {
    room.sessions.setResponders(session, responders)
    return null
  },
  connections: ({ session, most }, { room }) =>
    room.sessions.connections(session, Math.min(most, mostDescribed)),
  note: ({ text, ...about }, { room }) => {
    room.log.event({ event: 'note', text, ...aboutRow(about, room) })
    return { row: room.log.info().rows - 1 }
  },
  bookmark: ({ on, ...about }, { room }) => {
    room.log.event({ event: 'bookmark', ...aboutRow(about, room), ...(on ? {} : { off: true }) })
    return null
  },
  'open-view': async ({ view, filter, log = 0, messages = false, framing }, work) => {
    const { room, views, follow, leave } = work
    leave(view)
    const file = log === 0 ? room.file : room.sessions.fileOf(log)
    const framingOf = messages ? await findFramings(room, log, framing) : undefined
    await views.open(view, file, filter, framingOf)
    follow(view)
    return null
  },
  'close-view': ({ view }, { views, leave }) => {
    views.close(view)
    leave(view)
    return null
  },
  locate: ({ view, row, isOfLog }, { views }) => views.get(view).locate(row, isOfLog),
  find: async ({ view, pattern, from, backwards = false }, { views, signal }) =>
    (await views.get(view).find(pattern, from, backwards, signal)) ?? {},
  export: beginExport,
  'export-next': (_, { exports }) => exports.next(),
  ...projectHandlers,
  ...runHandlers,
}

/** A file that is looked at is not written: what is said of its rows stands in the log of the workbench. */
function aboutRow(
  { row, session, log = 0 }: Omit<RequestOf<'note'>, 'id' | 'do' | 'text'>,
  { sessions }: DeskRoom,
): { readonly row?: number; readonly session?: number; readonly file?: string } {
  return {
    ...(row === undefined ? {} : { row }),
    ...(session === undefined ? {} : { session }),
    ...(log === 0 ? {} : { file: sessions.fileOf(log) }),
  }
}

/** @throws WorkbenchError for packets, or a log, of messages: they have bytes as they were sent */
function beginExport({ view, as }: RequestOf<'export'>, { room, views, exports }: Work): null {
  const shown = views.get(view)
  if ((as === 'pcapng' || as === 'hawser') && shown.isOfMessages) {
    const what = as === 'pcapng' ? 'packets are' : 'a session log is'
    const text = `${what} made of rows: show rows instead of messages, and export them again`
    throw new WorkbenchError('WORKBENCH_INVALID', text)
  }
  exports.begin((signal) =>
    as === 'hawser'
      ? exportLog(shown, signal)
      : room.tools.exportRows(as, joinGone(shown.all(signal))),
  )
  return null
}

/** Carry a request out. @returns what is replied; rejects with what is said of its failure */
export async function carryOut(request: RequestOf<Told>, work: Work): Promise<ReplyValues[Told]> {
  // Which of them fits the request is known by the table, and not by the compiler.
  const handler = handlers[request.do] as Handler<Told>
  return handler(request, work)
}
