import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressKey, parseIp } from '../../src/policy/address/ip-address.js'
import { runs } from '../../../../test/support/property-runs.js'

/** Texts that are addresses, and texts that nearly are. */
const nearly = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((address) => `::ffff:${address}`),
  fc
    .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(), fc.constantFrom('', '.', ':', '0', 'f', '1::'))
    .map(([text, at, extra]) => {
      const index = at % (text.length + 1)
      return text.slice(0, index) + extra + text.slice(index + 1)
    }),
)

describe('reading an address', () => {
  it('takes what the runtime takes, and nothing else', () => {
    fc.assert(
      fc.property(nearly, (text) => {
        expect([text, parseIp(text) !== undefined]).toEqual([text, isIP(text) !== 0])
      }),
      runs(2_000),
    )
  })

  it.each([
    ['0.0.0.0', 4, 0n],
    ['192.0.2.1', 4, 0xc000_0201n],
    ['::', 6, 0n],
    ['::1', 6, 1n],
    ['2001:db8::1', 6, 0x2001_0db8_0000_0000_0000_0000_0000_0001n],
    ['::ffff:192.0.2.1', 4, 0xc000_0201n],
    ['::FFFF:c000:201', 4, 0xc000_0201n],
    ['fe80::1%eth0', 6, 0xfe80_0000_0000_0000_0000_0000_0000_0001n],
  ])('%s', (text, family, value) => {
    expect(parseIp(text)).toEqual({ family, value })
  })

  it.each(['', '1.2.3', '1.2.3.256', '01.2.3.4', '1.2.3.4.5', ':::', '1::2::3', '::1.2.3', 'g::'])(
    'refuses %j',
    (text) => {
      expect(parseIp(text)).toBe(undefined)
    },
  )
})

describe('what connections of one peer are counted by', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:0201', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::'],
    ['::1', '::2'],
  ])('%s and %s are one', (one, other) => {
    expect(addressKey(one)).toBe(addressKey(other))
  })

  it.each([
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['::1', '0.0.0.1'],
  ])('%s and %s are two', (one, other) => {
    expect(addressKey(one)).not.toBe(addressKey(other))
  })

  it.each([
    [128, '2001:db8::1', '2001:db8::2', false],
    [127, '2001:db8::2', '2001:db8::3', true],
    [56, '2001:db8:0:100::1', '2001:db8:0:1ff::1', true],
    [56, '2001:db8:0:100::1', '2001:db8:0:200::1', false],
    [1, '2001:db8::1', '::1', true],
    [128, '192.0.2.1', '::ffff:192.0.2.1', true],
  ])('with a prefix of %i bits, %s and %s are one: %s', (prefix, one, other, isOne) => {
    expect(addressKey(one, prefix) === addressKey(other, prefix)).toBe(isOne)
  })
})
