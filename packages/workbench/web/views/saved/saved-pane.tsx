import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { SavedMessage, SavedSequence } from '../../../src/protocol/saved.js'
import { playSaved, sendSaved } from '../../store/send-saved.js'
import { useStore, useWords } from '../use-store.js'
import { SavedItem } from './saved-item.js'
import { SequenceDialog } from './sequence-dialog.js'

/** Messages and sequences that are kept, to be sent by a click or a key. */
export function SavedPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { runs, composer } = store
  const wanted = useSignal('')
  /** The sequence that is edited; `new` for one that is not there yet. */
  const edited = useSignal<SavedSequence | 'new' | undefined>(undefined)
  const { value: shown } = edited
  const { messages, sequences } = runs.saved.value
  const isWanted = ({ name }: SavedMessage | SavedSequence): boolean =>
    name.toLowerCase().includes(wanted.value.trim().toLowerCase())
  const isMoving = wanted.value.trim() === ''
  const edit = (message: SavedMessage): void => {
    composer.load(message)
    document.getElementById('composer')?.focus()
  }
  return (
    <div class="saved">
      <div class="saved-head">
        <input
          type="search"
          aria-label={words.savedSearch}
          placeholder={words.savedSearch}
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
        <button type="button" onClick={() => (edited.value = 'new')}>
          + {words.sequence}
        </button>
      </div>
      {messages.length + sequences.length === 0 && <p class="hint">{words.savedEmpty}</p>}
      {messages.length > 0 && <h2>{words.savedMessages}</h2>}
      <ul aria-label={words.savedMessages}>
        {messages.map((message, index) =>
          isWanted(message) ? (
            <SavedItem
              key={message.name}
              kind="message"
              item={message}
              index={index}
              last={messages.length - 1}
              isMoving={isMoving}
              act={() => void sendSaved(store, message)}
              edit={() => edit(message)}
            />
          ) : null,
        )}
      </ul>
      {sequences.length > 0 && <h2>{words.savedSequences}</h2>}
      <ul aria-label={words.savedSequences}>
        {sequences.map((sequence, index) =>
          isWanted(sequence) ? (
            <SavedItem
              key={sequence.name}
              kind="sequence"
              item={sequence}
              index={index}
              last={sequences.length - 1}
              isMoving={isMoving}
              act={() => void playSaved(store, sequence)}
              edit={() => (edited.value = sequence)}
            />
          ) : null,
        )}
      </ul>
      {shown !== undefined && (
        <SequenceDialog
          sequence={shown === 'new' ? undefined : shown}
          onClose={() => {
            // Not another one that was opened meanwhile.
            if (edited.value === shown) edited.value = undefined
          }}
        />
      )}
    </div>
  )
}
