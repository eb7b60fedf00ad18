import type { ComponentChild } from 'preact'
import { Dialog } from '../../widgets/dialog.js'
import { useDialog, useWords } from '../use-store.js'
import { keyNames } from './key-names.js'

/** What the keyboard does. */
export function KeysDialog(): ComponentChild {
  const { close } = useDialog()
  const words = useWords()
  return (
    <Dialog title={words.keys} closeLabel={words.close} onClose={close}>
      <dl class="keys">
        {keyNames.map(([key, name]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words[name]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
