import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'
import { type Direction, FaultSliders } from './fault-sliders.js'
import { joinFaults, splitFaults } from './fault-specs.js'

/** The faults of the proxy that is shown; what is typed for one is not that of another. */
export function FaultsPane(): ComponentChild {
  const session = useStore().session.value
  if (session?.definition.kind !== 'proxy') return null
  return <Faults key={session.id} id={session.id} set={session.definition.faults ?? []} />
}

interface FaultsProps {
  readonly id: number
  /** Those that the session has. */
  readonly set: readonly string[]
}

/** Sliders for the usual ones, and a field for all that `--fault` takes. */
function Faults({ id, set }: FaultsProps): ComponentChild {
  const store = useStore()
  const words = useWords()
  const text = useSignal<string | undefined>(undefined)
  /** What was set last, until the session has it: the next slider begins with it. */
  const asked = useSignal<readonly string[] | undefined>(undefined)
  const faults = asked.value ?? set
  const change = async (next: readonly string[]): Promise<boolean> => {
    text.value = undefined
    asked.value = next
    const isSet = await store.acts.setFaults(id, next)
    if (asked.value === next) asked.value = undefined
    return isSet
  }
  const write = async (typed: string): Promise<void> => {
    // What is refused is not lost.
    if (!(await change(splitFaults(typed)))) text.value ??= typed
  }
  const directions: readonly Direction[] = ['up', 'down']
  return (
    <div class="faults">
      {directions.map((direction) => (
        <FaultSliders
          key={direction}
          direction={direction}
          faults={faults}
          set={(next) => void change(next)}
        />
      ))}
      <label class="field">
        <span>
          {words.faults} · {words.faultsHint}
        </span>
        <textarea
          rows={4}
          spellcheck={false}
          class="mono"
          value={text.value ?? joinFaults(faults)}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onChange={(event) => void write(event.currentTarget.value)}
        />
      </label>
      <button type="button" onClick={() => void change([])}>
        {words.noFaults}
      </button>
    </div>
  )
}
