import type { ProgramDefinition } from '../../../src/protocol/definition.js'
import { quoteWords } from '../../bytes/quote-words.js'

/** A program as it is named in the dialog: texts, until it is started. */
export interface ProgramDraft {
  /** It is run, or runs already. */
  readonly kind: 'program' | 'process'
  readonly name: string
  /** A command line, as in a shell. */
  readonly command: string
  readonly folder: string
  readonly pid: string
  /** Whether the warning was read, and agreed to. */
  readonly isSure: boolean
  readonly http2: boolean
  /** What a command line said of connections, which has no field. */
  readonly only: readonly string[]
}

export function newProgram(kind: ProgramDraft['kind']): ProgramDraft {
  return {
    ...{ kind, name: '', command: '', folder: '', pid: '' },
    ...{ isSure: false, http2: false, only: [] },
  }
}

/** What a command line said, or what a session is, to be looked at before it is started. */
export function fromProgram(definition: ProgramDefinition): ProgramDraft {
  const { name, command, folder, pid, yes, http2, only } = definition
  return {
    kind: pid === undefined ? 'program' : 'process',
    name,
    command: quoteWords(command ?? []),
    folder: folder ?? '',
    pid: pid?.toString() ?? '',
    isSure: yes ?? false,
    http2: http2 ?? false,
    only: only ?? [],
  }
}

/** The line that asks for it: it is read where the command is, which knows how words are quoted. */
export function lineOf({ kind, command, pid }: ProgramDraft): string {
  return kind === 'program'
    ? `hawser inspect -- ${command.trim()}`
    : `hawser inspect --pid ${quoteWords([pid.trim()])}`
}

/** @param read what the line says */
export function toProgram(draft: ProgramDraft, read: ProgramDefinition): ProgramDefinition {
  const { kind, isSure, http2, only } = draft
  const [name, folder] = [draft.name.trim(), draft.folder.trim()]
  return {
    ...read,
    ...(name === '' ? {} : { name }),
    ...(kind === 'program' && folder !== '' ? { folder } : {}),
    ...(kind === 'process' && isSure ? { yes: true } : {}),
    ...(http2 ? { http2 } : {}),
    ...(only.length === 0 ? {} : { only: [...only] }),
  }
}
