import { expect, it } from 'vitest'
import { callBounded } from '../../src/sheet/bounded-call.js'

it('an expression that takes for ever is given up, also where a thread would have waited longer', () => {
  const text = `${'a'.repeat(64)}!`
  expect(callBounded(() => /^(a+)+$/.exec(text))).toBeUndefined()
  expect(callBounded(() => /a!/.exec(text)?.index)).toBe(63)
  expect(() => callBounded(() => JSON.parse('{'))).toThrow(SyntaxError)
})
