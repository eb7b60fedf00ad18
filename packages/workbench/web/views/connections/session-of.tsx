import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { useStore, useWords } from '../use-store.js'

/** Whose a connection is, where those of several sessions are listed, and the way to it. */
export function SessionOf({ session }: { readonly session: number | undefined }): ComponentChild {
  const store = useStore()
  const words = useWords()
  if (store.shown.value !== undefined || session === undefined) return null
  const name = store.sessions.value.find(({ id }) => id === session)?.definition.name
  if (name === undefined) return <span>{words.removedSession}</span>
  return (
    <button type="button" class="session-link" onClick={() => store.show(session)}>
      {tame(name)}
    </button>
  )
}
