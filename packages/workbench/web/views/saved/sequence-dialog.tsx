import { useSignal } from '@preact/signals'
import type { ComponentChild } from 'preact'
import type { SavedSequence } from '../../../src/protocol/saved.js'
import { Dialog } from '../../widgets/dialog.js'
import { useStore, useWords } from '../use-store.js'
import { fromStep, newStep, type StepDraft, toStep } from './step-draft.js'
import { StepFields } from './step-fields.js'

interface SequenceDialogProps {
  /** Undefined for a new one. */
  readonly sequence: SavedSequence | undefined
  readonly onClose: () => void
}

/** A sequence is written. */
export function SequenceDialog({ sequence, onClose }: SequenceDialogProps): ComponentChild {
  const { runs } = useStore()
  const words = useWords()
  const name = useSignal(sequence?.name ?? '')
  const times = useSignal(String(sequence?.times ?? 1))
  const steps = useSignal<readonly StepDraft[]>(sequence?.steps.map(fromStep) ?? [newStep])
  const refusal = useSignal('')
  const set = (next: readonly StepDraft[]): void => {
    steps.value = next
    refusal.value = ''
  }
  const move = (index: number, by: 1 | -1): void => {
    const [step] = steps.value.slice(index)
    if (step !== undefined) set(steps.value.toSpliced(index, 1).toSpliced(index + by, 0, step))
  }
  const save = async (): Promise<void> => {
    const { times: _times, ...others } = sequence ?? {}
    const written: SavedSequence = {
      ...others,
      name: name.value.trim(),
      steps: steps.value.map(toStep),
      ...(times.value === '1' ? {} : { times: Number(times.value) }),
    }
    const isKept = await runs.keepSequence(written, sequence?.name, (why) => {
      refusal.value = why
    })
    if (isKept) onClose()
  }
  return (
    <Dialog title={words.sequence} closeLabel={words.close} onClose={onClose}>
      <form
        class="sequence"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <div class="sequence-head">
          <label class="field wide">
            <span>{words.name}</span>
            <input
              type="text"
              maxLength={64}
              required
              autofocus
              spellcheck={false}
              value={name.value}
              onInput={(event) => (name.value = event.currentTarget.value)}
            />
          </label>
          <label class="field">
            <span>{words.sequenceTimes}</span>
            <input
              type="number"
              min="1"
              max="1000000"
              required
              value={times.value}
              onInput={(event) => (times.value = event.currentTarget.value)}
            />
          </label>
        </div>
        <ol class="steps">
          {steps.value.map((step, index) => (
            <StepFields
              key={index}
              step={step}
              index={index}
              isLast={index === steps.value.length - 1}
              set={(changed) => set(steps.value.with(index, changed))}
              remove={() => set(steps.value.toSpliced(index, 1))}
              move={(by) => move(index, by)}
            />
          ))}
        </ol>
        <div class="dialog-foot">
          <button type="button" onClick={() => set([...steps.value, newStep])}>
            {words.addStep}
          </button>
          <span class="failure" role="alert">
            {refusal.value}
          </span>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="main">
            {words.saveSequence}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
