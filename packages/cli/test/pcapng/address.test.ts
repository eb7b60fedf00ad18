import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { addressBytes, asSix } from '../../src/pcapng/address.js'

it.each([
  ['192.0.2.1', 'c0000201'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['2001:db8::7', '20010db8000000000000000000000007'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1::', '00010000000000000000000000000000'],
])('%s', (address, hex) => {
  expect(Buffer.from(addressBytes(address) ?? []).toString('hex')).toBe(hex)
})

it('an IPv4 address as IPv6 has it', () => {
  expect(asSix([192, 0, 2, 1])).toEqual(addressBytes('::ffff:192.0.2.1'))
})

it('has bytes where Node.js sees an address, and none elsewhere', () => {
  const part = fc.constantFrom('::', ':', '1', 'ffff', '0', '255', '256', '.', 'g', '12345', '')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 15 }), fc.ipV4(), fc.ipV6(), (parts, four, six) => {
      for (const text of [parts.join(''), four, six]) {
        expect([text, addressBytes(text)?.length ?? 0]).toEqual([
          text,
          { 0: 0, 4: 4, 6: 16 }[isIP(text)],
        ])
      }
    }),
    runs(1_000),
  )
})
