import type { ComponentChild } from 'preact'
import { useEffect } from 'preact/hooks'
import { showClock, showCount } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import type { Mark } from '../../store/marks.js'
import { useStore, useWords } from '../use-store.js'

/** Each is an element. */
const mostShown = 500

/** Bookmarks and notes of the log that is shown, to go to. */
export function MarksPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { marks } = store.remarks
  useEffect(() => marks.use(), [])
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const here = marks.here.value
  const shown = here.slice(-mostShown)
  if (here.length === 0) return <p class="hint">{words.marksEmpty}</p>
  return (
    <div class="marks">
      {shown.length < here.length && (
        <p class="hint">{words.shownOf(count(shown.length), count(here.length))}</p>
      )}
      <ul aria-label={words.marks}>
        {shown.map((mark) => (
          <MarkItem key={`${mark.row} ${mark.time}`} mark={mark} />
        ))}
      </ul>
    </div>
  )
}

function MarkItem({ mark }: { readonly mark: Mark }): ComponentChild {
  const { remarks, settings } = useStore()
  const words = useWords()
  const { row, kind, text, time } = mark
  return (
    <li class="mark-item">
      <button type="button" onClick={() => void remarks.goTo(mark)}>
        <span class="mark-where">
          {kind === 'bookmark' ? '★' : '✎'} {words.row(showCount(row, settings.language.value))}
        </span>
        <span class="quiet-text">{showClock(time)}</span>
        {text !== '' && <span class="mark-text">{tame(text)}</span>}
      </button>
    </li>
  )
}
