import { createContext } from 'preact'
import { useContext, useState } from 'preact/hooks'
import type { SessionState } from '../../src/protocol/session-state.js'
import type { Store } from '../store/store.js'
import { allWords, type Words } from '../words/words.js'

const context = createContext<Store | undefined>(undefined)

export const StoreProvider = context.Provider

export function useStore(): Store {
  const store = useContext(context)
  if (store === undefined) throw new Error('a view is outside the page')
  return store
}

/** What the page says, in the language that was chosen. */
export function useWords(): Words {
  return allWords[useStore().settings.language.value]
}

/** In a dialog: the session that it is about as it is now, if it is still there, and the way to close it. */
export function useDialog(): {
  readonly session: SessionState | undefined
  readonly isOpen: () => boolean
  readonly close: () => void
} {
  const store = useStore()
  const [opened] = useState(store.dialog.value)
  const isOpen = (): boolean => store.dialog.value === opened
  return {
    isOpen,
    session: store.sessions.value.find(({ id }) => id === opened?.session),
    close() {
      // Not another one that was opened meanwhile.
      if (isOpen()) store.dialog.value = undefined
    },
  }
}
