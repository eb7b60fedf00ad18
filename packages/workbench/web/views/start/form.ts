import type { Definition } from '../../../src/protocol/definition.js'
import type { SessionState } from '../../../src/protocol/session-state.js'
import {
  changeDefinition,
  type Draft,
  type DraftKind,
  fromDefinition,
  hasFields,
  newDraft,
  toDefinition,
} from './draft.js'
import { type FileDraft, newFile, openFile } from './file-draft.js'
import { fromProgram, lineOf, newProgram, type ProgramDraft, toProgram } from './program-draft.js'

/** What is filled in: the fields of one tab. */
export type Form =
  | { readonly tab: DraftKind; readonly draft: Draft }
  | { readonly tab: ProgramDraft['kind']; readonly program: ProgramDraft }
  | { readonly tab: 'file'; readonly file: FileDraft }

/** A tab as it is when one comes to it. */
export function emptyForm(tab: Form['tab'], sessions: readonly SessionState[]): Form {
  if (tab === 'file') return { tab, file: newFile }
  if (tab === 'program' || tab === 'process') return programForm(newProgram(tab))
  return draftForm(newDraft(tab, sessions))
}

function draftForm(draft: Draft): Form {
  return { tab: draft.kind, draft }
}

export function programForm(program: ProgramDraft): Form {
  return { tab: program.kind, program }
}

/** @returns undefined for what has no fields: it is started as it is */
export function formOf(definition: Definition): Form | undefined {
  if (definition.kind === 'program') return programForm(fromProgram(definition))
  return hasFields(definition) ? draftForm(fromDefinition(definition)) : undefined
}

/** @returns undefined for what is refused, which is said */
export async function definitionOf(
  form: Form,
  before: Definition | undefined,
  parse: (line: string) => Promise<Definition | undefined>,
): Promise<Definition | undefined> {
  if ('file' in form) return openFile(form.file)
  if ('program' in form) {
    const read = await parse(lineOf(form.program))
    return read?.kind === 'program' ? toProgram(form.program, read) : undefined
  }
  return before === undefined ? toDefinition(form.draft) : changeDefinition(before, form.draft)
}
