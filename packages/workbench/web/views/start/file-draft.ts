import type { Definition } from '../../../src/protocol/definition.js'

/** A file as it is named in the dialog. */
export interface FileDraft {
  readonly path: string
}

export const newFile: FileDraft = { path: '' }

/** Its session has the name of the file, as far as a name may have it. */
export function openFile({ path }: FileDraft): Definition {
  return { kind: 'file', name: nameOfFile(path), path: path.trim() }
}

export function nameOfFile(path: string): string {
  const [last = ''] = path.trim().split(/[\\/]/).slice(-1)
  const name = last
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 64)
    .trim()
  return name === '' ? 'file' : name
}
