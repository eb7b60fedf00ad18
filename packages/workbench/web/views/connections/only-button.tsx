import type { ComponentChild } from 'preact'
import { followConnection } from '../../store/follow-connection.js'
import { useStore, useWords } from '../use-store.js'

/** Leaves only the rows of a connection in the sheet, or shows the others again. */
export function OnlyButton({ connection }: { readonly connection: number }): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <button
      type="button"
      class="only"
      aria-label={words.onlyConnection(String(connection))}
      aria-pressed={store.sheet.filter.value.connection === connection}
      title={words.onlyConnectionHint}
      onClick={() => followConnection(store, connection)}
    >
      {words.only}
    </button>
  )
}
