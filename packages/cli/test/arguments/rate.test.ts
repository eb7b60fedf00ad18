import { describe, expect, it } from 'vitest'
import { parseRate } from '../../src/arguments/rate.js'

const parse = parseRate('--connect-rate')

describe('parseRate', () => {
  it.each([
    ['10/s', { perSecond: 10 }],
    ['2.5/s:7', { perSecond: 2.5, burst: 7 }],
    ['30/m', { perSecond: 0.5 }],
    ['3600/h:1', { perSecond: 1, burst: 1 }],
  ])('reads %s', (text, rate) => {
    expect(parse(text)).toEqual(rate)
  })

  it.each(['', '10', '0/s', '-1/s', '10/d', '10/s:', '10/s:0', '10/s:1.5', '1e3/s', 'x/s'])(
    'refuses %j',
    (text) => {
      expect(() => parse(text)).toThrow(/^--connect-rate is a rate, not .*: write 10\/s or 30\/m/)
    },
  )
})
