import { signal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import { toBase64 } from '../../bytes/base64.js'
import { takeFocus } from '../../widgets/focus.js'
import { useStore, useWords } from '../use-store.js'

/** What was asked for last stays, as long as the page does. */
const every = signal('1000')
const times = signal('')

/** How often the message is sent by itself. */
export function RepeatFields({ session }: { readonly session: number }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { composer, runs, chosen } = store
  const isEmpty = composer.isWrong.value || composer.hex.value === ''
  /** Pressed twice, it is one. */
  const isStarting = useRef(false)
  const start = async (): Promise<void> => {
    const { bytes } = composer
    if (bytes === undefined || isStarting.current) return
    isStarting.current = true
    const { savedName, variables } = composer
    const isBegun = await runs.repeat(
      { session, to: [...chosen.value] },
      {
        bytes: toBase64(bytes),
        every: Number(every.value),
        ...(times.value === '' ? {} : { times: Number(times.value) }),
        ...(variables.value ? { variables: true } : {}),
        ...(savedName === undefined ? {} : { name: savedName }),
      },
    )
    isStarting.current = false
    if (isBegun && composer.extra.value === 'repeat') composer.extra.value = undefined
  }
  return (
    <form
      class="composer-extra"
      aria-label={words.repeat}
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <label>
        {words.repeatEvery}{' '}
        <input
          type="number"
          min="1"
          max="86400000"
          required
          ref={takeFocus}
          value={every.value}
          onInput={(event) => (every.value = event.currentTarget.value)}
        />{' '}
        ms
      </label>
      <label>
        {words.repeatTimes}{' '}
        <input
          type="number"
          min="1"
          placeholder={words.repeatEndless}
          value={times.value}
          onInput={(event) => (times.value = event.currentTarget.value)}
        />
      </label>
      <span class="grow" />
      <button type="submit" class="main" disabled={isEmpty}>
        {words.repeatStart}
      </button>
    </form>
  )
}
