import type { ComponentChild } from 'preact'
import { FramingNames } from '../../widgets/framing-names.js'
import { useWords } from '../use-store.js'

interface FramingFieldProps {
  readonly value: string
  readonly set: (value: string) => void
}

/** One of the usual framings, or any that `--framing` takes. */
export function FramingField({ value, set }: FramingFieldProps): ComponentChild {
  const words = useWords()
  return (
    <label class="field">
      <span>{words.framing}</span>
      <input
        type="text"
        list="framings"
        spellcheck={false}
        title={words.framingSpelled}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <FramingNames id="framings" />
    </label>
  )
}
