import type { ComponentChild, ComponentChildren } from 'preact'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  readonly hint?: string
  /** Whether the focus begins here. */
  readonly isFirst?: boolean
  /** Whether it takes a row of its own. */
  readonly isWide?: boolean
}

export function TextField({
  label,
  value,
  set,
  hint = '',
  isFirst = false,
  isWide = false,
}: TextFieldProps): ComponentChild {
  return (
    <label class={isWide ? 'field wide' : 'field'}>
      <span>{label}</span>
      <input
        type="text"
        spellcheck={false}
        autofocus={isFirst}
        value={value}
        placeholder={hint}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  )
}

export function NumberField({ label, value, set, hint = '' }: TextFieldProps): ComponentChild {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        min="0"
        step="1"
        value={value}
        placeholder={hint}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  )
}

interface CheckProps {
  readonly label: string
  readonly isOn: boolean
  readonly set: (isOn: boolean) => void
  readonly children?: ComponentChildren
}

export function Check({ label, isOn, set, children }: CheckProps): ComponentChild {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <span>
        {label} {children}
      </span>
    </label>
  )
}
