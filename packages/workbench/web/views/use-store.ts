import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
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
