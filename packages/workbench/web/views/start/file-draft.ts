import type { Definition } from '../../../src/protocol/definition.js'

/** A file as it is named in the dialog, and what becomes of it. */
export interface FileDraft {
  readonly path: string
  /** It is looked at, or clients are served from it. */
  readonly as: 'look' | 'serve'
  readonly listen: string
}

export const newFile: FileDraft = { path: '', as: 'look', listen: '127.0.0.1:9000' }

/** Its session has the name of the file, as far as a name may have it. */
export function openFile(draft: FileDraft): Definition {
  const path = draft.path.trim()
  const name = nameOfFile(path)
  if (draft.as === 'look') return { kind: 'file', name, path }
  return { kind: 'replay', name: `as ${name}`.slice(0, 64).trim(), path, listen: draft.listen }
}

function nameOfFile(path: string): string {
  const [last = ''] = path.split(/[\\/]/).slice(-1)
  const name = last
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 64)
    .trim()
  return name === '' ? 'file' : name
}
