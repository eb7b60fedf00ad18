import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import { type Direction, type Knob, knobs, stepOf, withStep } from './fault-specs.js'

export type { Direction }

interface FaultSlidersProps {
  readonly direction: Direction
  readonly faults: readonly string[]
  readonly set: (faults: readonly string[]) => void
}

/** Sliders for one direction. */
export function FaultSliders({ direction, faults, set }: FaultSlidersProps): ComponentChild {
  const words = useWords()
  return (
    <fieldset class="sliders">
      <legend>{words[direction]}</legend>
      {knobs.map((knob) => {
        const step = stepOf(faults, knob, direction)
        return (
          <label class="slider">
            <span>{words[knob.name]}</span>
            <input
              type="range"
              min="0"
              max={knob.steps.length - 1}
              step="1"
              value={step}
              aria-valuetext={show(knob, step, words.off)}
              onChange={(event) =>
                set(withStep(faults, knob, direction, Number(event.currentTarget.value)))
              }
            />
            <output>{show(knob, step, words.off)}</output>
          </label>
        )
      })}
    </fieldset>
  )
}

function show({ steps, unit }: Knob, step: number, off: string): string {
  const value = steps[step]
  return value === undefined ? off : `${value} ${unit}`
}
