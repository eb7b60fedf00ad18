import type { SavedMessage, SavedSequence } from './saved.js'

/** What is kept to be sent again, each list in its order. */
export interface SavedState {
  readonly messages: readonly SavedMessage[]
  readonly sequences: readonly SavedSequence[]
}
