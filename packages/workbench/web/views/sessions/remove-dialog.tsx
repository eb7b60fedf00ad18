import type { ComponentChild } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Definition } from '../../../src/protocol/definition.js'
import { showCount } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import { Dialog } from '../../widgets/dialog.js'
import type { Words } from '../../words/words.js'
import { useDialog, useStore, useWords } from '../use-store.js'

/** Asks before a session is removed: what it is, and its rules, are nowhere else. */
export function RemoveDialog(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { session, close } = useDialog()
  // Another page has removed it meanwhile.
  const isGone = session === undefined
  useEffect(() => {
    if (isGone) close()
  }, [isGone])
  if (isGone) return null
  const { id, definition, connections, state } = session
  const isRunning = state === 'running' || state === 'starting'
  const watched = isRunning ? watchedText(definition, words) : undefined
  const remove = (): void => {
    close()
    void store.remove(id)
  }
  return (
    <Dialog
      title={words.removeTitle(tame(definition.name))}
      closeLabel={words.close}
      onClose={close}
    >
      <div class="asked">
        {watched !== undefined && <p>{watched}</p>}
        {connections > 0 && watched === undefined && (
          <p>
            <strong>
              {words.removeCloses(showCount(connections, store.settings.language.value))}
            </strong>
          </p>
        )}
        <p>{definition.kind === 'file' ? words.removeFileKeeps : words.removeKeeps}</p>
        {store.project.fileOf(id) !== undefined && <p>{words.removeLeavesFile}</p>}
        <footer class="dialog-foot">
          <span class="grow" />
          <button type="button" class="main" autofocus onClick={close}>
            {words.cancel}
          </button>
          <button type="button" onClick={remove}>
            {words.remove}
          </button>
        </footer>
      </div>
    </Dialog>
  )
}

/** What becomes of a program that is watched. */
function watchedText(definition: Definition, words: Words): string | undefined {
  if (definition.kind !== 'program') return undefined
  return definition.pid === undefined ? words.removeEndsProgram : words.removeLeavesProcess
}
