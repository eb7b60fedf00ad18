import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { useStore, useWords } from '../use-store.js'

export function NoticeList(): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <ul class="notices" role="log" aria-live="polite">
      {store.notices.shown.value.map(({ id, level, text }) => (
        <li key={id} class={level}>
          <span>{tame(text)}</span>
          <button
            type="button"
            class="quiet"
            aria-label={words.close}
            onClick={() => store.notices.close(id)}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  )
}
