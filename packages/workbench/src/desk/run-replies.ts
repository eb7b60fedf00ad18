import { Buffer } from 'node:buffer'
import type { ReplyValues } from '../protocol/replies.js'
import type { RequestOf } from '../protocol/requests.js'
import type { DeskRoom } from './desk-room.js'

type RunRequest =
  | 'repeat'
  | 'play'
  | 'end-run'
  | 'keep-message'
  | 'keep-sequence'
  | 'forget-saved'
  | 'move-saved'

type RunHandlers = {
  readonly [Do in RunRequest]: (
    request: RequestOf<Do>,
    work: { readonly room: DeskRoom },
  ) => ReplyValues[Do] | Promise<ReplyValues[Do]>
}

/** What sends by itself, and what is kept to be sent again. */
export const runHandlers: RunHandlers = {
  repeat: ({ session, to, bytes, variables = false, every, times = Infinity, name }, { room }) => {
    const repetition = { bytes: Buffer.from(bytes, 'base64'), variables, every, times, name }
    return { run: room.runs.repeat({ session, to }, repetition) }
  },
  play: ({ session, to, sequence }, { room: { runs, saved } }) => ({
    run: runs.play({ session, to }, sequence, saved.state.messages),
  }),
  'end-run': ({ run }, { room }) => {
    room.runs.end(run)
    return null
  },
  'keep-message': async ({ message, was }, { room }) => {
    await room.saved.keep({ kind: 'message', value: message }, was)
    return null
  },
  'keep-sequence': async ({ sequence, was }, { room }) => {
    await room.saved.keep({ kind: 'sequence', value: sequence }, was)
    return null
  },
  'forget-saved': async ({ kind, name }, { room }) => {
    await room.saved.forget(kind, name)
    return null
  },
  'move-saved': async ({ kind, name, to }, { room }) => {
    await room.saved.move(kind, name, to)
    return null
  },
}
