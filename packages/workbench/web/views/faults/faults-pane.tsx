import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'
import { type Direction, FaultSliders } from './fault-sliders.js'
import { joinFaults, splitFaults } from './fault-specs.js'

/** The faults of a proxy: sliders for the usual ones, and a field for all that `--fault` takes. */
export function FaultsPane(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const session = store.session.value
  const text = useSignal<string | undefined>(undefined)
  if (session?.definition.kind !== 'proxy') return null
  const faults = session.definition.faults ?? []
  const { id } = session
  const set = (next: readonly string[]): void => {
    text.value = undefined
    void store.acts.setFaults(id, next)
  }
  const directions: readonly Direction[] = ['up', 'down']
  return (
    <div class="faults">
      {directions.map((direction) => (
        <FaultSliders key={direction} direction={direction} faults={faults} set={set} />
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
          onChange={(event) => set(splitFaults(event.currentTarget.value))}
        />
      </label>
      <button type="button" onClick={() => set([])}>
        {words.noFaults}
      </button>
    </div>
  )
}
