import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import type { Definition } from '../../../src/protocol/definition.js'
import { tame } from '../../bytes/show-text.js'
import { Dialog } from '../../widgets/dialog.js'
import { TabList } from '../../widgets/tab-list.js'
import { useDialog, useStore, useWords } from '../use-store.js'
import { FormFields } from './form-fields.js'
import { definitionOf, emptyForm, type Form, formOf } from './form.js'

const tabs = ['server', 'client', 'proxy', 'program', 'process', 'file'] as const

/** Three clicks to a server: New, Server, Start. Or a session is changed. */
export function StartDialog(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { session, isOpen, close } = useDialog()
  /** The session that is changed, as it was last when it was there; none for a new one. */
  const changed = useRef(session)
  changed.current = session ?? changed.current
  const isChange = changed.current !== undefined
  const before = changed.current?.definition
  const mayRun = store.mayRun.value
  const form = useSignal<Form>(
    (before && formOf(before)) ?? emptyForm('server', store.sessions.value),
  )
  const line = useSignal('')
  const refusal = useSignal('')
  const underWay = useRef<Promise<boolean> | undefined>(undefined)
  /** One after the other: what is started is what was read before. Behind what was refused, nothing is done. */
  const oneByOne = async (act: () => Promise<boolean>): Promise<void> => {
    const done = underWay.current?.then((isDone) => isDone && isOpen() && act()) ?? act()
    underWay.current = done
    await done
    if (underWay.current === done) underWay.current = undefined
  }
  const change = (next: Form): void => {
    form.value = next
    refusal.value = ''
  }
  const refused = (why: string): void => {
    if (isOpen()) refusal.value = why
    else store.notices.say('error', why)
  }
  const start = async (definition: Definition): Promise<boolean> => {
    const isStarted = await store.start(definition, refused)
    if (isStarted) close()
    return isStarted
  }
  const submit = async (): Promise<boolean> => {
    const definition = await definitionOf(form.value, before, (text) =>
      store.acts.parse(text, refused),
    )
    if (definition === undefined) return false
    if (changed.current === undefined) return start(definition)
    const isChanged = await store.change(changed.current.id, definition, refused)
    if (isChanged) close()
    return isChanged
  }
  const read = async (): Promise<boolean> => {
    refusal.value = ''
    const definition = await store.acts.parse(line.value, refused)
    if (definition === undefined) return false
    const next = formOf(definition)
    if (next === undefined) return start(definition)
    if (!('program' in next) || store.mayRun.value) change(next)
    else refused(words.needsAllowRun)
    return refusal.value === ''
  }
  const whyDisabled = (tab: Form['tab']): string | undefined => {
    if (isChange) return ''
    return !mayRun && (tab === 'program' || tab === 'process') ? words.needsAllowRun : undefined
  }
  const { value: shown } = form
  return (
    <Dialog
      title={isChange ? words.changeTitle : words.startTitle}
      closeLabel={words.close}
      onClose={close}
    >
      <form
        class="start"
        onSubmit={(event) => {
          event.preventDefault()
          void oneByOne(submit)
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
        {!mayRun && !isChange && <p class="more">{words.needsAllowRun}</p>}
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
                void oneByOne(read)
              }}
            />
          </label>
          <button
            type="button"
            disabled={line.value.trim() === ''}
            onClick={() => void oneByOne(read)}
          >
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
