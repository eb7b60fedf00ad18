import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../src/arguments/duration.js'

const parse = parseDuration('--idle')

describe('parseDuration', () => {
  it.each([
    ['500', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['off', Infinity],
  ])('reads %s', (text, expected) => {
    expect(parse(text)).toBe(expected)
  })

  it('takes 0 where that makes sense', () => {
    expect(parseDuration('--drain', 0)('0')).toBe(0)
  })

  it.each(['', '0', 's', '-1', '1d', '1e3', '30 s', 'Infinity', 'NaN', '9'.repeat(400)])(
    'refuses %j and names the option and the forms',
    (text) => {
      expect(() => parse(text)).toThrow(/^--idle is a time, not ".*": write 500ms, 30s/)
    },
  )
})
