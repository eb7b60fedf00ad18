import { expect, it } from 'vitest'
import * as v from 'valibot'
import { Responder } from '../../src/protocol/responder.js'
import {
  fromResponder,
  newRule,
  type RuleDraft,
  toResponder,
} from '../../web/views/rules/rule-draft.js'

const draft: RuleDraft = { ...newRule('a'), wanted: 'PING', reply: 'PONG' }

it.each([
  [
    draft,
    { match: { as: 'text', text: 'PING' }, do: 'reply', reply: { as: 'text', text: 'PONG' } },
  ],
  [
    { ...draft, wanted: '\\r\\n你', reply: '\\xff\\0', delay: '20', isOn: false },
    {
      ...{ match: { as: 'text', text: '\r\n你' }, do: 'reply', delay: 20, off: true },
      reply: { as: 'hex', hex: 'ff 00' },
    },
  ],
  [
    { ...draft, as: 'hex', wanted: '0d 0a', act: 'drop', reply: '' },
    { match: { as: 'hex', hex: '0d 0a' }, do: 'drop' },
  ],
  [
    { ...draft, as: 'regex', wanted: '^a\\d$', act: 'reset', reply: '' },
    { match: { as: 'regex', regex: '^a\\d$' }, do: 'reset' },
  ],
  [
    { ...draft, as: 'any', wanted: '', act: 'close', reply: '' },
    { match: { as: 'length' }, do: 'close' },
  ],
  ...(
    [
      ['5', { from: 5, to: 5 }],
      ['5-9', { from: 5, to: 9 }],
      ['5-', { from: 5 }],
      ['-9', { to: 9 }],
    ] as const
  ).map(
    ([wanted, lengths]) =>
      [
        { ...draft, as: 'length', wanted, act: 'close', reply: '' } as const,
        { match: { as: 'length', ...lengths }, do: 'close' },
      ] as const,
  ),
] as const)('%j is a rule, and is shown again as it was typed', (typed, rule) => {
  const responder = toResponder(typed)
  expect(responder).toEqual({ name: 'a', ...rule })
  expect(v.parse(Responder, JSON.parse(JSON.stringify(responder)))).toEqual(responder)
  expect(fromResponder(responder)).toEqual(typed)
})

it('lengths and delays that are no numbers are refused', () => {
  for (const wrong of [{ delay: 'soon' }, { as: 'length', wanted: 'a-b' } as const]) {
    const sent: unknown = JSON.parse(JSON.stringify(toResponder({ ...draft, ...wrong })))
    expect(v.safeParse(Responder, sent).success).toBe(false)
  }
})
