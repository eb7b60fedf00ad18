import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { useStore, useWords } from '../use-store.js'

/** How many connections a server lets in, which may be changed while it runs. */
export function Maximum({ session }: { readonly session: SessionState }): ComponentChild {
  const store = useStore()
  const words = useWords()
  /** What is typed, and not set yet: connections that come and go do not take it away. */
  const typed = useSignal<string | undefined>(undefined)
  const isSetting = useRef(false)
  const set = async (value: string): Promise<void> => {
    const most = Number(value)
    if (value === '' || !Number.isInteger(most) || most < 0) return
    isSetting.current = true
    await store.acts.limit(session.id, most)
    isSetting.current = false
    if (typed.value === value) typed.value = undefined
  }
  return (
    <label class="maximum">
      {words.maximum}
      <input
        type="number"
        min="0"
        step="1"
        placeholder={words.noMaximum}
        value={typed.value ?? session.maxConnections ?? ''}
        onInput={(event) => (typed.value = event.currentTarget.value)}
        onChange={(event) => void set(event.currentTarget.value)}
        onBlur={() => {
          if (!isSetting.current) typed.value = undefined
        }}
      />
    </label>
  )
}
