import { describe, expect, it } from 'vitest'
import { parseCount } from '../../src/arguments/count.js'

const parse = parseCount('--max-connections')

describe('parseCount', () => {
  it('reads whole numbers', () => {
    expect([parse('0'), parse('12')]).toEqual([0, 12])
  })

  it.each(['', '-1', '1.5', '1e3', '0x10', 'many', '9'.repeat(20)])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow(/^--max-connections is a count, not/)
  })
})
