import fc from 'fast-check'
import type { LogRow } from 'hawser/log'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import type { Pattern } from '../../src/protocol/filter.js'
import { encodeText } from '../../src/protocol/text/encode-text.js'
import { type Encoding, encodings } from '../../src/protocol/text/encoding.js'
import { isExpression, Matcher } from '../../src/sheet/scan/matcher.js'
import { createBoth, lookedAt, readRows } from '../support/logs.js'

const said = (text: string): Uint8Array => new TextEncoder().encode(text)

it('a text is found and filtered in any case, across cuts, where that is wanted', async () => {
  const { log, sheet, file } = await createBoth()
  const connection = log.open()
  for (const text of ['HELLO', 'hel', 'Lo', 'ÜBER é', 'über É', 'nothing']) {
    connection.in(said(text))
  }
  await log.flush()
  const view = await sheet.open(file, {})
  await lookedAt(view, 7)
  const hello: Pattern = { as: 'text', text: 'Hello' }
  expect(await view.find(hello, 0, false)).toBeUndefined()
  const inAnyCase: Pattern = { ...hello, anyCase: true }
  expect(await view.find(inAnyCase, 0, false)).toEqual({ place: 1, row: 1, at: 0, length: 5 })
  expect(await view.find(inAnyCase, 2, false)).toEqual({ place: 3, row: 3, at: -3, length: 5 })
  const pattern: Pattern = { as: 'text', text: 'über É', anyCase: true }
  const filtered = await sheet.open(file, { pattern })
  await lookedAt(filtered, 7)
  expect((await readRows(filtered, 0, 9)).map(({ number }) => number)).toEqual([4, 5])
  const others = await sheet.open(file, { hide: [inAnyCase], kinds: ['in'] })
  await lookedAt(others, 7)
  expect((await readRows(others, 0, 9)).map(({ number }) => number)).toEqual([2, 4, 5, 6])
})

const letters = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '.', 'я', 'Я'), maxLength: 12 })

it.each(encodings)('it finds what a comparison in small letters finds, in %s', (encoding) => {
  const isKnown = (text: string): boolean => encodeText(text, encoding) !== undefined
  fc.assert(
    fc.property(letters.filter(isKnown), letters.filter(isKnown), fc.nat(), (text, all, cut) => {
      fc.pre(text !== '')
      const bytes = encodeText(all, encoding) ?? new Uint8Array()
      const at = cut % (bytes.length + 1)
      const matcher = new Matcher({ as: 'text', text, encoding, anyCase: true })
      const parts = [bytes.subarray(0, at), bytes.subarray(at)]
      let position = 0
      const isFound = parts.map((data, number) => {
        const row = { ...rowOf(number, data), position }
        position += data.length
        return matcher.matches(row)
      })
      matcher.close()
      expect(isFound.some(Boolean)).toBe(all.toLowerCase().includes(text.toLowerCase()))
    }),
    runs(300),
  )
})

function rowOf(number: number, data: Uint8Array): LogRow {
  const kind = 'in'
  const others = { time: 0, connection: 1, flags: 0, source: 0, back: 0, position: 0 }
  return { number, data, kind, event: undefined, ...others }
}

it('what has one capital for two small letters, or no other case in its encoding, is found', () => {
  const isFound = (text: string, all: string, encoding: Encoding = 'utf-8'): boolean => {
    const matcher = new Matcher({ as: 'text', text, anyCase: true, encoding })
    return matcher.match(Buffer.from(encodeText(all, encoding) ?? [])) !== undefined
  }
  expect(isFound('ς', 'Σ')).toBe(true)
  expect(isFound('ς', 'σ')).toBe(true)
  expect(isFound('straße', 'STRASSE')).toBe(true)
  expect(isFound('ÿ', 'ÿ', 'latin1')).toBe(true)
  expect(isFound('a.c', 'abc')).toBe(false)
  expect(isFound('(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')).toBe(false)
})

it('it is looked for where an expression may take its time', () => {
  expect(isExpression({ as: 'text', text: 'a', anyCase: true })).toBe(true)
  expect(isExpression({ as: 'text', text: 'a' })).toBe(false)
})
