import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { useWords } from '../use-store.js'
import { type Draft, showMore } from './draft.js'
import { ClientFields, ProxyFields, ServerFields } from './fields.js'
import { FileFields } from './file-fields.js'
import { type Form, programForm } from './form.js'
import { ProgramFields } from './program-fields.js'

interface FormFieldsProps {
  readonly form: Form
  readonly change: (form: Form) => void
}

/** The fields of one tab. */
export function FormFields({ form, change }: FormFieldsProps): ComponentChild {
  const words = useWords()
  if ('file' in form) {
    return <FileFields file={form.file} change={(file) => change({ ...form, file })} />
  }
  if ('program' in form) {
    return <ProgramFields program={form.program} change={(next) => change(programForm(next))} />
  }
  const { draft, tab } = form
  const set = (part: Partial<Draft>): void => change({ ...form, draft: { ...draft, ...part } })
  const more = showMore(draft.more)
  return (
    <>
      {tab === 'server' && <ServerFields draft={draft} change={set} />}
      {tab === 'client' && <ClientFields draft={draft} change={set} />}
      {tab === 'proxy' && <ProxyFields draft={draft} change={set} />}
      {more !== '' && (
        <p class="more">
          {words.alsoFromLine} <code>{tame(more)}</code>
        </p>
      )}
    </>
  )
}
