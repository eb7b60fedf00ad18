import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interleaveFamilies } from '../../src/policy/interleave.js'
import { runs } from '../../../../test/support/property-runs.js'

const familyOf = (address: string): number => (address.includes(':') ? 6 : 4)
const order = (addresses: readonly string[]): string[] => interleaveFamilies(addresses, familyOf)

describe('the addresses of a host', () => {
  it.each<[string, string[], string[]]>([
    ['nothing', [], []],
    ['one family', ['1.1.1.1', '2.2.2.2'], ['1.1.1.1', '2.2.2.2']],
    [
      'IPv6 before IPv4',
      ['a::', 'b::', 'c::', '1.1.1.1', '2.2.2.2'],
      ['a::', '1.1.1.1', 'b::', '2.2.2.2', 'c::'],
    ],
    [
      'IPv4 before IPv6, and fewer',
      ['1.1.1.1', 'a::', 'b::', 'c::'],
      ['1.1.1.1', 'a::', 'b::', 'c::'],
    ],
  ])('take turns by family: %s', (_name, addresses, expected) => {
    expect(order(addresses)).toEqual(expected)
  })

  it('are all there, once, and each family in its own order', () => {
    const addresses = fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()))
    fc.assert(
      fc.property(addresses, (given) => {
        const got = order(given)
        for (const family of [4, 6]) {
          const isOf = (address: string): boolean => familyOf(address) === family
          expect(got.filter(isOf)).toEqual(given.filter(isOf))
        }
        expect(got[0]).toBe(given[0])
      }),
      runs(100),
    )
  })
})
