import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'

interface FramingFieldProps {
  readonly value: string
  readonly set: (value: string) => void
}

const usual = [
  'lines',
  'raw',
  'json',
  'length:2be',
  'length:4be',
  'netstring',
  'delim:\\r\\n',
  'slip',
]

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
      <datalist id="framings">
        {usual.map((name) => (
          <option value={name} />
        ))}
      </datalist>
    </label>
  )
}
