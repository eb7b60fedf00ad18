import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import type { FileDraft } from './file-draft.js'

interface FileFieldsProps {
  readonly file: FileDraft
  readonly change: (file: FileDraft) => void
}

/** Which file of the machine that the workbench runs on. */
export function FileFields({ file, change }: FileFieldsProps): ComponentChild {
  const words = useWords()
  return (
    <div class="fields">
      <label class="field wide">
        <span>{words.filePath}</span>
        <input
          type="text"
          required
          spellcheck={false}
          placeholder={words.filePathHint}
          value={file.path}
          onInput={(event) => change({ ...file, path: event.currentTarget.value })}
        />
      </label>
    </div>
  )
}
