import type { Words } from '../../words/words.js'

type TextName = { [Name in keyof Words]: Words[Name] extends string ? Name : never }[keyof Words]

/** What the keyboard does, by the words for it. */
export const keyNames: readonly (readonly [keys: string, name: TextName])[] = [
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
  ['← →', 'keyTabs'],
  ['Shift+← → ↑ ↓', 'keySelect'],
  ['n', 'keyNew'],
  ['?', 'keyHelp'],
]
