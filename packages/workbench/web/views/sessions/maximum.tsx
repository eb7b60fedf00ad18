import type { ComponentChild } from 'preact'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { useStore, useWords } from '../use-store.js'

/** How many connections a server lets in, which may be changed while it runs. */
export function Maximum({ session }: { readonly session: SessionState }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const set = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement
    const most = Number(value)
    if (value !== '' && Number.isInteger(most) && most >= 0) void store.acts.limit(session.id, most)
  }
  return (
    <label class="maximum">
      {words.maximum}
      <input
        type="number"
        min="0"
        step="1"
        placeholder={words.noMaximum}
        value={session.maxConnections ?? ''}
        onChange={set}
      />
    </label>
  )
}
