import type { ComponentChild } from 'preact'
import type { ConnectionState } from '../../../src/protocol/session-state.js'
import { showClock, showCount, showSize } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import type { ConnectionAct } from '../../store/store.js'
import { ChunkedList } from '../../widgets/chunked-list.js'
import type { Words } from '../../words/words.js'
import { useStore, useWords } from '../use-store.js'

/** Connections that are drawn together, and pixels that one takes without TLS. */
const drawnTogether = 16
const itemHeight = 94

/** The connections of the session that is shown, and what one does with them. */
export function ConnectionsPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const connections = store.listed.connections.value
  const all = store.listed.all.value
  const count = (value: number): string => showCount(value, store.settings.language.value)
  if (store.shown.value === undefined || connections.length === 0) {
    return <p class="hint">{words.noConnections}</p>
  }
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
    </div>
  )
}

function ConnectionItem({ connection }: { readonly connection: ConnectionState }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, session, remote, since, bytesRead, bytesWritten, unsent, isPaused, phase } =
    connection
  const isChosen = store.chosen.value.has(id)
  const choose = (): void => {
    const chosen = new Set(store.chosen.value)
    if (!chosen.delete(id)) chosen.add(id)
    store.chosen.value = chosen
  }
  const act = (what: ConnectionAct, name: string): ComponentChild => (
    <button type="button" onClick={() => void store.act(session, id, what)}>
      {name}
    </button>
  )
  return (
    <div class="connection" role="listitem" data-connection={id}>
      <label class="peer">
        <input type="checkbox" checked={isChosen} onChange={choose} />
        <strong>#{id}</strong> <code>{tame(remote)}</code>
      </label>
      <button
        type="button"
        class="only"
        aria-pressed={store.sheet.filter.value.connection === id}
        onClick={() =>
          store.filterBy({
            connection: store.sheet.filter.value.connection === id ? undefined : id,
          })
        }
      >
        {words.filter}
      </button>
      <p class="counts">
        <span>{showClock(since)}</span>
        <span title={words.received}>← {showSize(bytesRead)}</span>
        <span title={words.sent}>→ {showSize(bytesWritten)}</span>
        {unsent > 0 && (
          <span>
            {words.unsent} {showSize(unsent)}
          </span>
        )}
        <span title={words.phase}>{phaseWord(phase, words)}</span>
      </p>
      <Tls connection={connection} />
      <div class="buttons">
        {isPaused ? act('resume', words.resume) : act('pause', words.pause)}
        {act('end', words.end)}
        {act('close', words.closeConnection)}
        {act('reset', words.reset)}
      </div>
    </div>
  )
}

function phaseWord(phase: string, words: Words): string {
  const known: Readonly<Record<string, string>> = {
    open: words.phaseOpen,
    draining: words.phaseDraining,
    'peer-ended': words.phasePeerEnded,
    ending: words.phaseEnding,
    closed: words.phaseClosed,
  }
  return known[phase] ?? phase
}

function Tls({ connection }: { readonly connection: ConnectionState }): ComponentChild {
  const words = useWords()
  const { tls } = connection
  if (tls === undefined) return null
  const { protocol, cipher, servername, alpn, certificates } = tls
  return (
    <p class="tls">
      {[protocol, cipher, servername, alpn].filter(Boolean).map(String).map(tame).join(' · ')}
      {certificates.map(({ subject, validTo }) => (
        <span>
          {' '}
          {words.certificate} {tame(subject)}, {words.expires}{' '}
          {new Date(validTo).toLocaleDateString()}
        </span>
      ))}
    </p>
  )
}
