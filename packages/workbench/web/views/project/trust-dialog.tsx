import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useRef } from 'preact/hooks'
import { tame } from '../../bytes/show-text.js'
import { Dialog } from '../../widgets/dialog.js'
import { useDialog, useStore, useWords } from '../use-store.js'

/** Asks before any code of the folder runs. What is trusted is what was shown when it was opened. */
export function TrustDialog(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { project } = store
  const shown = useSignal(project.state.value?.code)
  const refusal = useSignal('')
  const isAsking = useRef(false)
  const { close } = useDialog()
  const trust = async (): Promise<void> => {
    // What is pressed again is not what comes to be shown meanwhile.
    if (isAsking.current) return
    isAsking.current = true
    const isDone = await project.trust(shown.value?.hash ?? '', (why) => {
      refusal.value = why
      shown.value = project.state.value?.code
    })
    isAsking.current = false
    if (isDone) close()
  }
  return (
    <Dialog title={words.trustTitle} closeLabel={words.close} onClose={close}>
      <div class="trust">
        <p>
          <strong>{words.trustRights}</strong>
        </p>
        <p>
          {words.trustRead} {words.trustImports}
        </p>
        <p class="trust-folder">
          <code>{tame(project.state.value?.folder ?? '')}</code>
        </p>
        <ul class="trust-files">
          {shown.value?.files.map((file) => (
            <li>
              <code>{tame(file)}</code>
            </li>
          ))}
        </ul>
        <footer class="dialog-foot">
          <p class="failure" role="alert">
            {tame(refusal.value)}
          </p>
          <button type="button" class="main" onClick={close}>
            {words.cancel}
          </button>
          <button type="button" onClick={() => void trust()}>
            {words.trustNow}
          </button>
        </footer>
      </div>
    </Dialog>
  )
}
