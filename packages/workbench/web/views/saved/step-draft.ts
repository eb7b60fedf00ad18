import type { Step } from '../../../src/protocol/saved.js'
import { parseEscapes, toEscapes } from '../../bytes/escapes.js'
import { fromSaid, toSaid } from '../../bytes/said.js'

export type StepAs = 'text' | 'hex' | 'regex' | 'message'

/** A step as it is typed. */
export interface StepDraft {
  readonly do: Step['do']
  readonly as: StepAs
  /** Text with escapes, hex, an expression, or the name of a saved message. */
  readonly what: string
  /** Milliseconds: of a pause, or those that may pass until something is said. */
  readonly ms: string
  readonly variables: boolean
}

export const newStep: StepDraft = { do: 'send', as: 'text', what: '', ms: '', variables: false }

/** What a step may have, of what it does. */
export const kindsOf: Readonly<Record<Step['do'], readonly StepAs[]>> = {
  send: ['text', 'hex', 'message'],
  wait: ['text', 'hex', 'regex'],
  delay: [],
}

export function toStep(draft: StepDraft): Step {
  const { what, ms, as } = draft
  if (draft.do === 'delay') return { do: 'delay', ms: Number(ms) }
  const bytes =
    as === 'text' ? toSaid(parseEscapes(what)) : as === 'hex' ? { hex: what } : undefined
  if (draft.do === 'wait') {
    const within = ms.trim() === '' ? {} : { within: Number(ms) }
    return { do: 'wait', ...(bytes ?? { regex: what }), ...within }
  }
  const more = draft.variables ? { variables: true } : {}
  return { do: 'send', ...(bytes ?? { message: what }), ...more }
}

export function fromStep(step: Step): StepDraft {
  if (step.do === 'delay') return { ...newStep, do: 'delay', ms: String(step.ms) }
  const said = { do: step.do, ...saidOf(step) }
  if (step.do === 'send') return { ...newStep, ...said, variables: step.variables === true }
  return { ...newStep, ...said, ms: step.within === undefined ? '' : String(step.within) }
}

function saidOf(step: Exclude<Step, { readonly do: 'delay' }>): Pick<StepDraft, 'as' | 'what'> {
  if (step.hex !== undefined) return { as: 'hex', what: step.hex }
  if (step.text !== undefined) return { as: 'text', what: toEscapes(fromSaid(step)) }
  return step.do === 'wait'
    ? { as: 'regex', what: step.regex ?? '' }
    : { as: 'message', what: step.message ?? '' }
}
