import { decodeEvent } from '../../backend/decode-event.js'
import type { Row } from '../../backend/decode-rows.js'
import { tame } from '../../bytes/show-text.js'
import type { Store } from '../../store/store.js'
import type { Words } from '../../words/words.js'

/** The session of a row of the workbench's own log; empty where that is not known. */
export function sessionName(
  { sessions, connections }: Store,
  row: Row | undefined,
  words: Words,
): string {
  if (row === undefined) return ''
  const session =
    row.connection > 0
      ? connections.conversations.sessionOf(row.connection)
      : decodeEvent(row.bytes)?.['session']
  if (session === undefined) return ''
  const name = sessions.value.find(({ id }) => id === session)?.definition.name
  return name === undefined ? words.removedSession : tame(name)
}
