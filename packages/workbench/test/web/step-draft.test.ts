import { expect, it } from 'vitest'
import type { Step } from '../../src/protocol/saved.js'
import { fromStep, newStep, toStep } from '../../web/views/saved/step-draft.js'

it.each<Step>([
  { do: 'send', text: 'PING\r\n' },
  { do: 'send', text: 'back \\ slash', variables: true },
  { do: 'send', hex: '00 ff' },
  { do: 'send', message: 'login' },
  { do: 'wait', text: '250 OK' },
  { do: 'wait', hex: '0d 0a', within: 100 },
  { do: 'wait', regex: '^\\d+', within: 0 },
  { do: 'delay', ms: 500 },
])('a step is the same after it was written in fields: %j', (step) => {
  expect(toStep(fromStep(step))).toEqual(step)
})

it('what is typed as text and is none is kept as hex', () => {
  expect(toStep({ ...newStep, what: String.raw`\xff` })).toEqual({ do: 'send', hex: 'ff' })
})
