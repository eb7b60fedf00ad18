import type { ComponentChild } from 'preact'
import type { ClientDefinition, ServerDefinition } from '../../../src/protocol/definition.js'
import { tame } from '../../bytes/show-text.js'
import { useStore, useWords } from '../use-store.js'

interface ScriptFieldProps {
  readonly session: number
  readonly definition: ClientDefinition | ServerDefinition
}

/** Which code of the folder decides on what no rule fits. */
export function ScriptField({ session, definition }: ScriptFieldProps): ComponentChild {
  const { project } = useStore()
  const words = useWords()
  const code = project.state.value?.code
  const { script } = definition
  const files = code?.files.flatMap((file) => scriptOf(file)) ?? []
  if (files.length === 0 && script === undefined) return null
  const all = script === undefined || files.includes(script) ? files : [...files, script]
  return (
    <div class="script">
      <label class="field">
        <span>{words.script}</span>
        <select
          title={words.scriptHint}
          value={script ?? ''}
          onChange={(event) => {
            const select = event.currentTarget
            const chosen = select.value === '' ? undefined : select.value
            void project.setScript(session, chosen).then((isDone) => {
              if (!isDone) select.value = script ?? ''
            })
          }}
        >
          <option value="">{words.noScript}</option>
          {all.map((name) => (
            <option value={name}>{tame(name)}</option>
          ))}
        </select>
      </label>
      {script !== undefined && code?.isTrusted === false && (
        <p class="hint">{words.scriptUntrusted}</p>
      )}
    </div>
  )
}

/** Those that a session may have lie in the folder itself. */
function scriptOf(file: string): string[] {
  const name = /^responders\/(?<name>[^/]+\.[cm]?js)$/.exec(file)?.groups?.['name']
  return name === undefined ? [] : [name]
}
