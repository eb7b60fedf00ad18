import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { parseRequest } from '../../src/protocol/parse-request.js'
import { hasMoreParts } from '../../src/protocol/text/count-parts.js'

const many = (item: string): string => `[${`${item},`.repeat(1_000_000)}${item}]`

it.each([
  ['a list that is too long', `{"id":1,"do":"send","session":1,"bytes":"","to":${many('1')}}`],
  ['a list of what is none', `{"id":1,"do":"open-view","view":1,"filter":{"hide":${many('1')}}}`],
  ['very many names', `{"id":1,"do":"hello","a":{${`"":1,`.repeat(1_000_000)}"":1}}`],
  ['very many lists in each other', '['.repeat(1_000_000)],
])('a request of a million values is not even looked at: %s', (_, text) => {
  expect(parseRequest(text)).toEqual({
    id: undefined,
    message: 'a request has at most 65536 values',
  })
})

it('of a list of wrong values one is complained of', () => {
  const text = `{"id":1,"do":"send","session":1,"bytes":"","to":[${'"x",'.repeat(60_000)}1]}`
  expect(parseRequest(text)).toMatchObject({ id: 1, message: expect.stringMatching(/^to\.0: /) })
})

it('commas and brackets of what is said are no values', () => {
  for (const said of ['[,{'.repeat(1_000_000), '\\"[,'.repeat(1_000_000), '\\\\'.repeat(100_001)]) {
    const text = `{"id":1,"do":"note","text":"${said}"}`
    expect(hasMoreParts(text, 10)).toBe(false)
    expect(parseRequest(text)).toMatchObject({ id: 1, message: expect.stringMatching(/^text: /) })
  }
})

it('the values of any JSON are counted', () => {
  const count = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 0
    const inside = Object.values(value).reduce<number>((sum, each) => sum + count(each), 0)
    return inside + Math.max(1, Object.keys(value).length)
  }
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', ' '), (json, space) => {
      const value: unknown = JSON.parse(json)
      const text = JSON.stringify(value, undefined, space)
      const parts = count(value)
      expect(hasMoreParts(text, parts)).toBe(false)
      if (parts > 0) expect(hasMoreParts(text, parts - 1)).toBe(true)
    }),
    runs(1_000),
  )
})
