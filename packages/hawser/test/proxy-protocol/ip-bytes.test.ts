import { SocketAddress } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseIp } from '../../src/policy/address/ip-address.js'
import { ipBytes, ipText } from '../../src/proxy-protocol/ip-bytes.js'
import { runs } from '../../../../test/support/property-runs.js'

it.each([
  ['0.0.0.0', '0.0.0.0'],
  ['192.0.2.255', '192.0.2.255'],
  ['::', '::'],
  ['1::', '1::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
])('%s is written %s', (text, written) => {
  const ip = parseIp(text)!
  expect(ipText(ipBytes(ip, ip.family === 4 ? 4 : 16))).toBe(written)
})

it('IPv4 in 16 bytes is written as such', () => {
  expect(ipText(ipBytes(parseIp('192.0.2.1')!, 16))).toBe('::ffff:192.0.2.1')
})

it('addresses are written as the runtime writes them', () => {
  const sparse = fc
    .array(fc.oneof(fc.constant(0), fc.nat({ max: 0xffff })), { minLength: 8, maxLength: 8 })
    .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff])))
  fc.assert(
    fc.property(sparse, (bytes) => {
      // 0.0.0.0/96, which inet_ntop(3) writes half as IPv4 and RFC 5952 does not.
      fc.pre(bytes.subarray(0, 12).some((byte) => byte !== 0))
      const text = ipText(bytes)
      expect(text).toBe(new SocketAddress({ address: text, family: 'ipv6' }).address)
      expect(ipBytes(parseIp(text)!, 16)).toEqual(bytes)
    }),
    runs(1_000),
  )
})
