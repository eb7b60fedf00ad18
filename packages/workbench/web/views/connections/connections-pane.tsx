import type { ComponentChild } from 'preact'
import { showCount } from '../../bytes/amounts.js'
import type { Conversation } from '../../store/connections/conversations.js'
import type { Store } from '../../store/store.js'
import { ChunkedList } from '../../widgets/chunked-list.js'
import { useStore, useWords } from '../use-store.js'
import { ConnectionItem } from './connection-item.js'
import { ToldList } from './told-list.js'

/** Connections that are drawn together, and pixels that one takes without TLS. */
const drawnTogether = 16
const itemHeight = 94

/** The connections of what is shown: those that are open, with what one does with them, and what the log tells of others. */
export function ConnectionsPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { open } = store.connections
  const connections = open.connections.value
  const all = open.all.value
  const told = toldOf(store)
  const count = (value: number): string => showCount(value, store.settings.language.value)
  if (connections.length + told.length === 0) return <p class="hint">{words.noConnections}</p>
  return (
    <div class="connections">
      {all > connections.length && (
        <p class="hint">{words.shownOf(count(connections.length), count(all))}</p>
      )}
      <div role="list" aria-label={words.connections}>
        <ChunkedList
          count={connections.length}
          perChunk={drawnTogether}
          estimate={itemHeight}
          item={(index) => {
            const connection = connections[index]
            return connection && <ConnectionItem key={connection.id} connection={connection} />
          }}
        />
      </div>
      {told.length > 0 && <ToldList all={told} />}
    </div>
  )
}

/** Of the workbench's own log, those that are not open any more; all of a file. */
function toldOf({ connections, sheet, shown }: Store): readonly Conversation[] {
  const newest = connections.conversations.newest.value
  if (sheet.log.value !== 0) return newest
  const { value: session } = shown
  return newest.filter(
    (each) => each.closed !== undefined && (session === undefined || each.session === session),
  )
}
