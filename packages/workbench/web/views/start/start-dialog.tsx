import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { Definition } from '../../../src/protocol/definition.js'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { tame } from '../../bytes/show-text.js'
import { Dialog } from '../../widgets/dialog.js'
import { TabList } from '../../widgets/tab-list.js'
import { useStore, useWords } from '../use-store.js'
import { FormFields } from './form-fields.js'
import { definitionOf, emptyForm, type Form, formOf } from './form.js'

const tabs = ['server', 'client', 'proxy', 'program', 'process', 'file'] as const

interface StartDialogProps {
  /** The session that is changed; none for a new one. */
  readonly session?: SessionState | undefined
}

/** Three clicks to a server: New, Server, Start. */
export function StartDialog({ session }: StartDialogProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const before = session?.definition
  const mayRun = store.mayRun.value
  const form = useSignal<Form>(
    (before && formOf(before)) ?? emptyForm('server', store.sessions.value),
  )
  const line = useSignal('')
  const refusal = useSignal('')
  const close = (): void => {
    store.dialog.value = undefined
  }
  const change = (next: Form): void => {
    form.value = next
    refusal.value = ''
  }
  const refused = (why: string): void => {
    refusal.value = why
  }
  const start = async (definition: Definition): Promise<void> => {
    if (await store.start(definition, refused)) close()
  }
  const submit = async (): Promise<void> => {
    const definition = await definitionOf(form.value, before, (text) =>
      store.acts.parse(text, refused),
    )
    if (definition === undefined) return
    if (session === undefined) await start(definition)
    else if (await store.change(session.id, definition, refused)) close()
  }
  const read = async (): Promise<void> => {
    refusal.value = ''
    const definition = await store.acts.parse(line.value, refused)
    if (definition === undefined) return
    const next = formOf(definition)
    if (next === undefined) await start(definition)
    else if ('program' in next && !mayRun) refused(words.needsAllowRun)
    else change(next)
  }
  const whyDisabled = (tab: Form['tab']): string | undefined => {
    if (session !== undefined) return ''
    return !mayRun && (tab === 'program' || tab === 'process') ? words.needsAllowRun : undefined
  }
  const { value: shown } = form
  return (
    <Dialog
      title={session === undefined ? words.startTitle : words.changeTitle}
      closeLabel={words.close}
      onClose={close}
    >
      <form
        class="start"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TabList
          label={words.sessionKind}
          tabs={tabs}
          nameOf={(tab) => words[tab]}
          chosen={shown.tab}
          whyDisabled={whyDisabled}
          onChoose={(tab) => change(emptyForm(tab, store.sessions.value))}
        />
        {!mayRun && session === undefined && <p class="more">{words.needsAllowRun}</p>}
        <FormFields form={shown} change={change} />
        <div class="paste">
          <label class="field wide">
            <span>{words.pasteLine}</span>
            <input
              type="text"
              spellcheck={false}
              placeholder={words.pasteHint}
              value={line.value}
              onInput={(event) => (line.value = event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                void read()
              }}
            />
          </label>
          <button type="button" disabled={line.value.trim() === ''} onClick={() => void read()}>
            {words.read}
          </button>
        </div>
        <footer class="dialog-foot">
          <p class="failure" role="alert">
            {tame(refusal.value)}
          </p>
          <button type="button" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" class="main">
            {'file' in shown && shown.file.as === 'look' ? words.openFile : words.start}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
