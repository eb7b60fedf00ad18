import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { Definition } from '../../../src/protocol/definition.js'
import type { SessionState } from '../../../src/protocol/session-state.js'
import { tame } from '../../bytes/show-text.js'
import { Dialog } from '../../widgets/dialog.js'
import { TabList } from '../../widgets/tab-list.js'
import { useStore, useWords } from '../use-store.js'
import { ClientFields, ProxyFields, ServerFields } from './fields.js'
import {
  changeDefinition,
  type Draft,
  type DraftKind,
  fromDefinition,
  hasFields,
  newDraft,
  showMore,
  toDefinition,
} from './draft.js'
import { type FileDraft, newFile, openFile } from './file-draft.js'
import { FileFields } from './file-fields.js'

const kinds: readonly (DraftKind | 'file')[] = ['server', 'client', 'proxy', 'file']

interface StartDialogProps {
  /** The session that is changed; none for a new one. */
  readonly session?: SessionState | undefined
}

/** Three clicks to a server: New, Server, Start. */
export function StartDialog({ session }: StartDialogProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const before = session?.definition
  const draft = useSignal<Draft>(
    before !== undefined && hasFields(before)
      ? fromDefinition(before)
      : newDraft('server', store.sessions.value),
  )
  /** Undefined where no file is asked for. */
  const file = useSignal<FileDraft | undefined>(undefined)
  const line = useSignal('')
  const refusal = useSignal('')
  const close = (): void => {
    store.dialog.value = undefined
  }
  const change = (part: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...part }
    refusal.value = ''
  }
  const choose = (kind: DraftKind | 'file'): void => {
    file.value = kind === 'file' ? newFile : undefined
    if (kind !== 'file') change(newDraft(kind, store.sessions.value))
    refusal.value = ''
  }
  const refused = (why: string): void => {
    refusal.value = why
  }
  const start = async (definition: Definition): Promise<void> => {
    if (await store.start(definition, refused)) close()
  }
  const submit = async (): Promise<void> => {
    if (file.value !== undefined) await start(openFile(file.value))
    else if (session === undefined) await start(toDefinition(draft.value))
    else {
      const definition = changeDefinition(session.definition, draft.value)
      if (await store.change(session.id, definition, refused)) close()
    }
  }
  const read = async (): Promise<void> => {
    refusal.value = ''
    const definition = await store.parse(line.value, refused)
    if (definition === undefined) return
    if (!hasFields(definition)) {
      await start(definition)
      return
    }
    file.value = undefined
    draft.value = fromDefinition(definition)
  }
  const fields = { draft: draft.value, change }
  const more = showMore(draft.value.more)
  const shown = file.value === undefined ? draft.value.kind : 'file'
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
          tabs={kinds}
          nameOf={(kind) => words[kind]}
          chosen={shown}
          isDisabled={session !== undefined}
          onChoose={choose}
        />
        {shown === 'server' && <ServerFields {...fields} />}
        {shown === 'client' && <ClientFields {...fields} />}
        {shown === 'proxy' && <ProxyFields {...fields} />}
        {file.value !== undefined && (
          <FileFields
            file={file.value}
            change={(next) => {
              file.value = next
              refusal.value = ''
            }}
          />
        )}
        {more !== '' && shown !== 'file' && (
          <p class="more">
            {words.alsoFromLine} <code>{tame(more)}</code>
          </p>
        )}
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
            {file.value?.as === 'look' ? words.openFile : words.start}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
