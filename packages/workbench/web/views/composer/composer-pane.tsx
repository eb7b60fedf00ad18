import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { showCount } from '../../bytes/amounts.js'
import { toBase64 } from '../../bytes/base64.js'
import { parseEscapes, toEscapes } from '../../bytes/escapes.js'
import { parseHex, toHex } from '../../bytes/hex.js'
import { useStore, useWords } from '../use-store.js'

/** Messages that the arrow keys bring back. */
const mostKept = 100
/** Framings that end each message by themselves. */
const ended = /^(?:lines|json|delim|netstring|length|slip|dots)/

/** What one says: as text or as hex, which follow each other. */
export function ComposerPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const text = useSignal('')
  const hex = useSignal('')
  const isWrong = useSignal(false)
  const history = useSignal<readonly string[]>([])
  const back = useSignal(0)
  const outcome = useSignal('')
  const variables = useSignal(false)
  const session = store.session.value
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const setText = (value: string): void => {
    text.value = value
    hex.value = toHex(parseEscapes(value))
    if (value !== '') outcome.value = ''
    isWrong.value = false
  }
  const setHex = (value: string): void => {
    hex.value = value
    const bytes = parseHex(value)
    isWrong.value = bytes === undefined
    if (bytes !== undefined) text.value = toEscapes(bytes)
  }
  const send = async (): Promise<void> => {
    const bytes = parseHex(hex.value)
    if (session === undefined || bytes === undefined || bytes.length === 0) return
    const recipients = await store.send(session.id, toBase64(bytes), {
      to: [...store.chosen.value],
      variables: variables.value,
    })
    if (recipients === undefined) return
    outcome.value = recipients === 0 ? words.sentToNone : words.sentTo(count(recipients))
    history.value = [...history.value.filter((each) => each !== text.value), text.value].slice(
      -mostKept,
    )
    back.value = 0
    setText('')
  }
  const key = (event: KeyboardEvent): void => {
    const isAlone = !(event.currentTarget as HTMLTextAreaElement).value.includes('\n')
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || (!event.shiftKey && isAlone))) {
      event.preventDefault()
      void send()
    } else if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && isAlone) {
      const next = back.value + (event.key === 'ArrowUp' ? 1 : -1)
      if (next < 0 || next > history.value.length) return
      event.preventDefault()
      back.value = next
      setText(next === 0 ? '' : (history.value.at(-next) ?? ''))
    }
  }
  if (session === undefined) return <p class="hint">{words.chooseSession}</p>
  if (session.definition.kind === 'file') return <p class="hint">{words.cannotSendFile}</p>
  if (session.definition.kind === 'proxy') return <p class="hint">{words.cannotSendProxy}</p>
  if (!session.canSend) return <p class="hint">{words.cannotSend}</p>
  const { framing = 'raw' } = session.definition as { readonly framing?: string }
  const chosen = store.chosen.value.size
  return (
    <form
      class="composer"
      aria-label={words.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label class="field">
        <span>{words.sendText}</span>
        <textarea
          id="composer"
          rows={2}
          spellcheck={false}
          value={text.value}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={key}
        />
      </label>
      <label class="field">
        <span>
          {words.sendHex} {isWrong.value && <em class="missing">{words.notHex}</em>}
        </span>
        <textarea
          rows={2}
          spellcheck={false}
          class="mono"
          aria-invalid={isWrong.value}
          value={hex.value}
          onInput={(event) => setHex(event.currentTarget.value)}
          onKeyDown={key}
        />
      </label>
      <div class="composer-foot">
        <span>
          {words.sendTo} {chosen === 0 ? words.toAll : words.toChosen(count(chosen))}
          {ended.test(framing) && ` · ${words.newlineAdded}`}
        </span>
        <label title={words.variablesHint}>
          <input
            type="checkbox"
            checked={variables.value}
            onChange={(event) => (variables.value = event.currentTarget.checked)}
          />{' '}
          {words.variables}
        </label>
        <span class="grow" />
        <span role="status">{outcome.value}</span>
        <button type="submit" class="main" disabled={isWrong.value || hex.value === ''}>
          {words.send}
        </button>
      </div>
    </form>
  )
}
