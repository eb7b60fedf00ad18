import type { ComponentChild } from 'preact'
import type { ConnectionState } from '../../../src/protocol/session-state.js'
import { showClock, showSize } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import type { ConnectionAct } from '../../store/session-acts.js'
import type { Words } from '../../words/words.js'
import { useStore, useWords } from '../use-store.js'
import { OnlyButton } from './only-button.js'
import { SessionOf } from './session-of.js'

/** A connection that is open, and what one does with it. */
export function ConnectionItem({
  connection,
}: {
  readonly connection: ConnectionState
}): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, session, remote, since, bytesRead, bytesWritten, unsent, isPaused, phase } =
    connection
  const { guess, holder } = connection
  const rate = store.connections.open.rates.value.get(id)
  const isChosen = store.chosen.value.has(id)
  const isWatched =
    store.sessions.value.find((each) => each.id === session)?.definition.kind === 'program'
  const choose = (): void => {
    const chosen = new Set(store.chosen.value)
    if (!chosen.delete(id)) chosen.add(id)
    store.chosen.value = chosen
  }
  const act = (what: ConnectionAct, name: string): ComponentChild => (
    <button
      type="button"
      disabled={isWatched}
      onClick={() => void store.acts.act(session, id, what)}
    >
      {name}
    </button>
  )
  const name = (
    <>
      <strong>#{id}</strong> <code>{tame(remote)}</code>
    </>
  )
  return (
    <div class="connection" role="listitem" data-connection={id}>
      {store.shown.value === undefined ? (
        <span class="peer">{name}</span>
      ) : (
        <label class="peer" title={words.chooseHint}>
          <input type="checkbox" checked={isChosen} onChange={choose} />
          {name}
        </label>
      )}
      <OnlyButton connection={id} />
      <p class="counts">
        <SessionOf session={session} />
        <span>{showClock(since)}</span>
        <span title={words.received}>
          ← {showSize(bytesRead)}
          {showRate(rate?.read)}
        </span>
        <span title={words.sent}>
          → {showSize(bytesWritten)}
          {showRate(rate?.written)}
        </span>
        {unsent > 0 && (
          <span>
            {words.unsent} {showSize(unsent)}
          </span>
        )}
        <span title={words.phase}>{phaseWord(phase, words)}</span>
        {guess !== undefined && <span title={words.guessed}>({tame(guess)})</span>}
      </p>
      {holder !== undefined && <p class="counts">{tame(holder)}</p>}
      <Tls connection={connection} />
      <div class="buttons" title={isWatched ? words.cannotActProgram : undefined}>
        {isPaused ? act('resume', words.resume) : act('pause', words.pause)}
        {act('end', words.end)}
        {act('close', words.closeConnection)}
        {act('reset', words.reset)}
      </div>
    </div>
  )
}

/** 8/12 is another day elsewhere. */
const day = { dateStyle: 'medium' } as const

/** Nothing of one that is silent. */
function showRate(bytes = 0): string {
  return bytes === 0 ? '' : `, ${showSize(bytes)}/s`
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
  const store = useStore()
  const words = useWords()
  const { tls } = connection
  if (tls === undefined) return null
  const { protocol, cipher, servername, alpn, certificates } = tls
  const root = certificates.at(-1)
  return (
    <p class="tls">
      {[protocol, cipher, servername, alpn].filter(Boolean).map(String).map(tame).join(' · ')}
      {certificates.map(({ subject, validTo }) => (
        <span class="certificate">
          {words.certificate} {tame(subject)}, {words.expires}{' '}
          {new Date(validTo).toLocaleDateString(store.settings.language.value, day)}
        </span>
      ))}
      {root !== undefined && (
        <span class="issuer">
          {root.issuer === root.subject ? words.signedByItself : words.issuedBy(tame(root.issuer))}
        </span>
      )}
    </p>
  )
}
