import type { ComponentChild } from 'preact'
import { useWords } from '../use-store.js'
import { type Direction, type Knob, knobs, stepOf, valueOf, withStep } from './fault-specs.js'

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
        const shown = show(knob, valueOf(faults, knob, direction), words.off)
        return (
          <label class="slider">
            <span>{words[knob.name]}</span>
            <input
              type="range"
              min="0"
              max={knob.steps.length - 1}
              step="1"
              value={stepOf(faults, knob, direction)}
              aria-valuetext={shown}
              onChange={(event) =>
                set(withStep(faults, knob, direction, Number(event.currentTarget.value)))
              }
            />
            <output>{shown}</output>
          </label>
        )
      })}
    </fieldset>
  )
}

function show({ unit }: Knob, value: string | undefined, off: string): string {
  if (value === undefined) return off
  return /\d$/.test(value) ? `${value} ${unit}` : value
}
