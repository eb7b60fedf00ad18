import type { ComponentChild } from 'preact'
import { Dialog } from '../../widgets/dialog.js'
import type { Words } from '../../words/words.js'
import { useStore, useWords } from '../use-store.js'

type TextName = { [Name in keyof Words]: Words[Name] extends string ? Name : never }[keyof Words]

const keys: readonly (readonly [keys: string, name: TextName])[] = [
  ['Space', 'keyFollow'],
  ['/', 'keyFind'],
  ['Enter  Shift+Enter', 'keyNext'],
  ['f', 'keyFilter'],
  ['Esc', 'keyEscape'],
  ['↑ ↓ PgUp PgDn', 'keyMove'],
  ['Home End', 'keyEnds'],
  ['c', 'keyOnly'],
  ['b', 'keyBookmark'],
  [',  .', 'keyMarks'],
  ['h', 'keyHex'],
  ['m', 'keyMessages'],
  ['Ctrl+Enter', 'keySend'],
  ['↑ ↓', 'keyHistory'],
  ['s', 'keySaved'],
  ['1 … 9', 'keySendSaved'],
  ['x', 'keyStopRuns'],
  ['n', 'keyNew'],
  ['?', 'keyHelp'],
]

/** What the keyboard does. */
export function KeysDialog(): ComponentChild {
  const store = useStore()
  const words = useWords()
  return (
    <Dialog
      title={words.keys}
      closeLabel={words.close}
      onClose={() => (store.dialog.value = undefined)}
    >
      <dl class="keys">
        {keys.map(([key, name]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words[name]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
