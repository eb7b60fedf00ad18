import type { ComponentChild } from 'preact'
import { showCount } from '../../bytes/amounts.js'
import { toBase64 } from '../../bytes/base64.js'
import { useStore, useWords } from '../use-store.js'
import { FileChoice } from './file-choice.js'
import { RepeatFields } from './repeat-fields.js'
import { SaveFields } from './save-fields.js'

/** Framings that end each message by themselves. */
const ended = /^(?:lines|json|delim|netstring|length|slip|dots)/

/** What one says: as text or as hex, which follow each other. */
export function ComposerPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { composer } = store
  const session = store.session.value
  const send = async (): Promise<void> => {
    const { bytes } = composer
    if (session === undefined || bytes === undefined) return
    const { value: variables } = composer.variables
    const { sent, refused } = composer.send()
    const to = [...store.chosen.value]
    const recipients = await store.acts.send(session.id, toBase64(bytes), { to, variables })
    if (recipients === undefined) refused()
    else sent(recipients)
  }
  const key = (event: KeyboardEvent): void => {
    const isAlone = !(event.currentTarget as HTMLTextAreaElement).value.includes('\n')
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey || (!event.shiftKey && isAlone))) {
      event.preventDefault()
      void send()
    } else if ((event.key === 'ArrowUp' || event.key === 'ArrowDown') && isAlone) {
      if (composer.recall(event.key === 'ArrowUp' ? 1 : -1)) event.preventDefault()
    }
  }
  if (session === undefined) return <p class="hint">{words.chooseSession}</p>
  if (session.definition.kind === 'file') return <p class="hint">{words.cannotSendFile}</p>
  if (session.definition.kind === 'replay') return <p class="hint">{words.cannotSendReplay}</p>
  if (session.definition.kind === 'proxy') return <p class="hint">{words.cannotSendProxy}</p>
  if (session.definition.kind === 'program') return <p class="hint">{words.cannotSendProgram}</p>
  if (!session.canSend) return <p class="hint">{words.cannotSend}</p>
  const { extra } = composer
  return (
    <>
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
            value={composer.text.value}
            onInput={(event) => composer.setText(event.currentTarget.value)}
            onKeyDown={key}
          />
        </label>
        <label class="field">
          <span>
            {words.sendHex} {composer.isWrong.value && <em class="missing">{words.notHex}</em>}
          </span>
          <textarea
            rows={2}
            spellcheck={false}
            class="mono"
            aria-invalid={composer.isWrong.value}
            value={composer.hex.value}
            onInput={(event) => composer.setHex(event.currentTarget.value)}
            onKeyDown={key}
          />
        </label>
        {!composer.isWrong.value && <FileChoice />}
        <Foot framing={(session.definition as { readonly framing?: string }).framing} />
      </form>
      {extra.value === 'repeat' && <RepeatFields session={session.id} />}
      {extra.value === 'save' && <SaveFields key={composer.loaded.value?.name} />}
    </>
  )
}

function Foot({ framing = 'raw' }: { readonly framing?: string | undefined }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { variables, extra, recipients, isWrong, hex } = store.composer
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const chosen = store.chosen.value.size
  const isEmpty = isWrong.value || hex.value === ''
  const toggle = (name: 'repeat' | 'save', said: string): ComponentChild => (
    <button
      type="button"
      aria-expanded={extra.value === name}
      onClick={() => (extra.value = extra.value === name ? undefined : name)}
    >
      {said}
    </button>
  )
  return (
    <div class="composer-foot">
      <span title={ended.test(framing) ? words.newlineAdded : undefined}>
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
      <span role="status">
        {recipients.value === undefined
          ? ''
          : recipients.value === 0
            ? words.sentToNone
            : words.sentTo(count(recipients.value))}
      </span>
      {toggle('repeat', words.repeat)}
      {toggle('save', words.save)}
      <button type="submit" class="main" disabled={isEmpty}>
        {words.send}
      </button>
    </div>
  )
}
