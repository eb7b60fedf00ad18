import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { takeFocus } from '../../widgets/focus.js'
import { useStore, useWords } from '../use-store.js'

/** The name under which the message is kept. */
export function SaveFields(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { composer, runs, tab } = store
  const { value: loaded } = composer.loaded
  const was = loaded?.name
  const name = useSignal(was ?? '')
  const refusal = useSignal('')
  const save = async (isNew: boolean): Promise<void> => {
    const message = composer.toMessage(name.value.trim())
    if (message === undefined) return
    const isKept = await runs.keepMessage(message, isNew ? undefined : was, (why) => {
      refusal.value = why
    })
    if (!isKept) return
    // Another one is written meanwhile.
    if (composer.loaded.value === loaded) composer.loaded.value = message
    if (composer.extra.value === 'save') composer.extra.value = undefined
    tab.value = 'saved'
  }
  const isEmpty = composer.isWrong.value || composer.hex.value === '' || name.value.trim() === ''
  return (
    <form
      class="composer-extra"
      aria-label={words.save}
      onSubmit={(event) => {
        event.preventDefault()
        void save(was === undefined)
      }}
    >
      <label class="name">
        {words.saveName}{' '}
        <input
          type="text"
          maxLength={64}
          ref={takeFocus}
          spellcheck={false}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value
            refusal.value = ''
          }}
        />
      </label>
      <span class="missing" role="alert">
        {refusal.value}
      </span>
      <span class="grow" />
      {was !== undefined && (
        <button type="button" disabled={isEmpty} onClick={() => void save(true)}>
          {words.saveAsNew}
        </button>
      )}
      <button type="submit" class="main" disabled={isEmpty}>
        {was === undefined ? words.saveMessage : words.saveChanges}
      </button>
    </form>
  )
}
