import type { ComponentChild } from 'preact'
import { useStore, useWords } from '../use-store.js'
import { kindsOf, type StepAs, type StepDraft } from './step-draft.js'

interface StepFieldsProps {
  readonly step: StepDraft
  readonly index: number
  readonly isLast: boolean
  readonly set: (step: StepDraft) => void
  readonly remove: () => void
  readonly move: (by: 1 | -1) => void
}

/** One step of a sequence. */
export function StepFields(props: StepFieldsProps): ComponentChild {
  const { step, index, isLast, set, remove, move } = props
  const words = useWords()
  const acts: Readonly<Record<StepDraft['do'], string>> = {
    send: words.stepSend,
    wait: words.stepWait,
    delay: words.stepDelay,
  }
  const names: Readonly<Record<StepAs, string>> = {
    text: words.asText,
    hex: words.asHex,
    regex: words.asRegex,
    message: words.stepSaved,
  }
  const kinds = kindsOf[step.do]
  const become = (act: StepDraft['do']): void => {
    const as = kindsOf[act].includes(step.as) ? step.as : 'text'
    set({ ...step, do: act, as })
  }
  return (
    <li class="step" aria-label={words.step(String(index + 1))}>
      <span class="step-number">{index + 1}</span>
      <select
        aria-label={words.stepDoes}
        value={step.do}
        onChange={(event) => become(event.currentTarget.value as StepDraft['do'])}
      >
        {Object.entries(acts).map(([act, said]) => (
          <option value={act}>{said}</option>
        ))}
      </select>
      {kinds.length > 0 && (
        <select
          aria-label={words.stepAs}
          value={step.as}
          onChange={(event) => set({ ...step, as: event.currentTarget.value as StepAs, what: '' })}
        >
          {kinds.map((kind) => (
            <option value={kind}>{names[kind]}</option>
          ))}
        </select>
      )}
      {kinds.length > 0 && <What {...{ step, set }} label={names[step.as]} />}
      {step.do !== 'send' && (
        <label class="step-ms">
          {step.do === 'wait' && words.stepWithin}{' '}
          <input
            type="number"
            min="0"
            max="3600000"
            required={step.do === 'delay'}
            aria-label={step.do === 'wait' ? words.stepWithin : words.stepDelay}
            placeholder={step.do === 'wait' ? '5000' : ''}
            value={step.ms}
            onInput={(event) => set({ ...step, ms: event.currentTarget.value })}
          />{' '}
          ms
        </label>
      )}
      {step.do === 'send' && step.as !== 'message' && (
        <label class="step-ms" title={words.variablesHint}>
          <input
            type="checkbox"
            checked={step.variables}
            onChange={(event) => set({ ...step, variables: event.currentTarget.checked })}
          />{' '}
          {words.variables}
        </label>
      )}
      <span class="step-buttons">
        <StepButton sign="↑" label={words.ruleUp} isOff={index === 0} act={() => move(-1)} />
        <StepButton sign="↓" label={words.later} isOff={isLast} act={() => move(1)} />
        <StepButton sign="×" label={words.removeRule} isOff={false} act={remove} />
      </span>
    </li>
  )
}

function What({
  step,
  set,
  label,
}: Pick<StepFieldsProps, 'step' | 'set'> & { readonly label: string }): ComponentChild {
  const { messages } = useStore().runs.saved.value
  if (step.as !== 'message') {
    return (
      <input
        type="text"
        class="step-what"
        spellcheck={false}
        aria-label={label}
        value={step.what}
        onInput={(event) => set({ ...step, what: event.currentTarget.value })}
      />
    )
  }
  return (
    <select
      class="step-what"
      aria-label={label}
      required
      value={step.what}
      onChange={(event) => set({ ...step, what: event.currentTarget.value })}
    >
      <option value="">…</option>
      {messages.map(({ name }) => (
        <option value={name}>{name}</option>
      ))}
    </select>
  )
}

interface StepButtonProps {
  readonly sign: string
  readonly label: string
  readonly isOff: boolean
  readonly act: () => void
}

function StepButton({ sign, label, isOff, act }: StepButtonProps): ComponentChild {
  return (
    <button
      type="button"
      class="quiet"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={act}
    >
      {sign}
    </button>
  )
}
