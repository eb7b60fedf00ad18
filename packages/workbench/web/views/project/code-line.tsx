import type { ComponentChild } from 'preact'
import { tame } from '../../bytes/show-text.js'
import { useStore, useWords } from '../use-store.js'

/** The code of the folder, and whether it may run. */
export function CodeLine(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const code = store.project.state.value?.code
  if (code === undefined) return null
  if (code.error !== undefined) return <p class="failure">{tame(code.error)}</p>
  return (
    <div class="code-line">
      <p title={tame(code.files.join(', '))}>
        <span>{words.code}:</span> {code.isTrusted ? words.codeTrusted : words.codeUntrusted}
      </p>
      {code.isTrusted ? (
        <button
          type="button"
          title={words.untrustHint}
          onClick={() => void store.project.untrust()}
        >
          {words.untrust}
        </button>
      ) : (
        <button type="button" onClick={() => (store.dialog.value = { name: 'trust' })}>
          {words.trust}
        </button>
      )}
    </div>
  )
}
