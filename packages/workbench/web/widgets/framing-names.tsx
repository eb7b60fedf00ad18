import type { ComponentChild } from 'preact'

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

/** What a field proposes whose `list` is `id`, and which takes any framing that `--framing` does. */
export function FramingNames({ id }: { readonly id: string }): ComponentChild {
  return (
    <datalist id={id}>
      {usual.map((name) => (
        <option value={name} />
      ))}
    </datalist>
  )
}
