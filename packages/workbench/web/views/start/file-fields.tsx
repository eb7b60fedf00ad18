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
      <label class="field">
        <span>{words.fileThen}</span>
        <select
          value={file.as}
          onChange={(event) =>
            change({ ...file, as: event.currentTarget.value as FileDraft['as'] })
          }
        >
          <option value="look">{words.fileLook}</option>
          <option value="serve">{words.fileServe}</option>
        </select>
      </label>
      {file.as === 'serve' && (
        <label class="field">
          <span>{words.listenOn}</span>
          <input
            type="text"
            required
            spellcheck={false}
            value={file.listen}
            onInput={(event) => change({ ...file, listen: event.currentTarget.value })}
          />
        </label>
      )}
    </div>
  )
}
