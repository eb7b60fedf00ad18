import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'

/** Without a link, the page shows nothing. */
export function Locked(): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <main class="locked">
      <h1>{words.locked}</h1>
      <p>{words.lockedHelp}</p>
      <p class="why">{store.lockedWhy.value}</p>
    </main>
  )
}
