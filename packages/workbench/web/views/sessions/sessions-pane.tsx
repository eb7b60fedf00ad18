import type { ComponentChild } from 'preact'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { ProjectStrip } from '../project/project-strip.js'
import { useStore, useWords } from '../use-store.js'
import { SessionItem } from './session-item.js'

/** All that runs, and what one looks at. */
export function SessionsPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const sessions = store.sessions.value
  const shown = store.shown.value
  return (
    <nav class="pane sessions" aria-label={words.sessions}>
      <header class="pane-head">
        <h2>{words.sessions}</h2>
        <button type="button" class="main" onClick={() => (store.dialog.value = { name: 'start' })}>
          + {words.newSession}
        </button>
      </header>
      <ProjectStrip />
      <ul class="session-list" aria-label={words.sessions}>
        <li>
          <button
            type="button"
            class="session-all"
            aria-current={shown === undefined}
            onClick={() => store.show(undefined)}
          >
            {words.everything}
          </button>
        </li>
        {sessions.map((session: SessionState) => (
          <SessionItem key={session.id} session={session} isShown={session.id === shown} />
        ))}
      </ul>
      {sessions.length === 0 && <p class="hint">{words.noSessions}</p>}
    </nav>
  )
}
