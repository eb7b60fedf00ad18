import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holds } from '../../src/policy/address/address-bounds.js'
import { isDenied } from '../../src/policy/address/access.js'
import { AddressSet, type AddressSpan, parseSpan } from '../../src/policy/address/address-set.js'
import { type IpAddress, parseIp } from '../../src/policy/address/ip-address.js'
import { runs } from '../../../../test/support/property-runs.js'

function setOf(...entries: string[]): AddressSet {
  return new AddressSet(
    entries.map((entry) => {
      const span = parseSpan(entry)
      if (typeof span === 'string') throw new Error(span)
      return span
    }),
  )
}

const has = (set: AddressSet, text: string): boolean => set.has(parseIp(text) as IpAddress)

// Few distinct bits, so that addresses meet blocks and blocks meet each other.
const four = fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(0, 1, 2, 127, 255)))
const ipv4 = four.map((octets) => octets.join('.'))
const ipv6 = fc
  .array(fc.constantFrom('0', '1', 'ffff', '8000'), { minLength: 8, maxLength: 8 })
  .map((groups) => `2001:${groups.slice(1).join(':')}`)

const numberOf = (text: string): bigint => parseIp(text)?.value ?? 0n

function rulesOf(
  address: fc.Arbitrary<string>,
  bits: number,
): fc.Arbitrary<{ text: string; add: (list: BlockList) => void }> {
  const family = bits === 32 ? 'ipv4' : 'ipv6'
  return fc.oneof(
    address.map((text) => ({ text, add: (list: BlockList) => list.addAddress(text, family) })),
    fc.tuple(address, fc.integer({ min: 1, max: bits })).map(([text, prefix]) => ({
      text: `${text}/${prefix}`,
      add: (list: BlockList) => list.addSubnet(text, prefix, family),
    })),
    fc.tuple(address, address).map((pair) => {
      const [from, to] = pair.toSorted((one, other) => (numberOf(one) < numberOf(other) ? -1 : 1))
      return {
        text: `${from} - ${to}`,
        add: (list: BlockList) => list.addRange(from as string, to as string, family),
      }
    }),
  )
}

describe('a set of addresses', () => {
  it.each([
    ['IPv4', ipv4, 32],
    ['IPv6', ipv6, 128],
  ] as const)('holds what the runtime’s own list holds: %s', (_name, address, bits) => {
    fc.assert(
      fc.property(
        fc.array(rulesOf(address, bits), { maxLength: 6 }),
        fc.array(address, { minLength: 1, maxLength: 10 }),
        (rules, asked) => {
          const list = new BlockList()
          for (const { add } of rules) add(list)
          const set = setOf(...rules.map(({ text }) => text))
          for (const text of asked) {
            const family = isIP(text) === 4 ? 'ipv4' : 'ipv6'
            expect([text, has(set, text)]).toEqual([text, list.check(text, family)])
          }
        },
      ),
      runs(500),
    )
  })

  it.each([
    ['IPv4', ipv4, 32],
    ['IPv6', ipv6, 128],
  ] as const)('holds what a walk over all spans finds: %s', (_name, address, bits) => {
    fc.assert(
      fc.property(
        fc.array(rulesOf(address, bits), { maxLength: 40 }),
        fc.array(address, { minLength: 1, maxLength: 20 }),
        (rules, asked) => {
          const spans = rules.map(({ text }) => parseSpan(text) as AddressSpan)
          const set = new AddressSet(spans)
          // The ends, where a span may have been cut or joined, and their neighbours.
          const ends = spans.flatMap(({ first, last }) => [first - 1n, first, last, last + 1n])
          for (const value of [...asked.map(numberOf), ...ends]) {
            if (value < 0n || value >= 1n << BigInt(bits)) continue
            const found = spans.some(({ first, last }) => first <= value && value <= last)
            expect([value, set.has({ family: bits === 32 ? 4 : 6, value })]).toEqual([value, found])
          }
        },
      ),
      runs(500),
    )
  })

  it('looks at twenty spans of a million', () => {
    let looks = 0
    const bounds = {
      length: 2 * 1024 * 1024,
      at(index: number) {
        looks += 1
        return BigInt(index)
      },
    }
    expect(holds(bounds, 1_234_567n)).toBe(true)
    expect(holds(bounds, BigInt(bounds.length))).toBe(false)
    expect(looks).toBeLessThanOrEqual(2 * 2 * 21)
  })

  it('takes IPv4 inside IPv6 for IPv4, in an entry and in a question', () => {
    const set = setOf('10.0.0.0/8', '::ffff:192.0.2.0/120')
    for (const text of ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.255', '::ffff:192.0.2.7']) {
      expect([text, has(set, text)]).toEqual([text, true])
    }
    expect(has(set, '192.0.3.0')).toBe(false)
  })

  it('keeps the families apart', () => {
    expect([has(setOf('::/0'), '10.0.0.1'), has(setOf('::/0'), '2001:db8::1')]).toEqual([
      false,
      true,
    ])
    expect([has(setOf('0.0.0.0/0'), '::1'), has(setOf('0.0.0.0/0'), '::ffff:1.2.3.4')]).toEqual([
      false,
      true,
    ])
  })

  it('holds a block whose base has bits behind the prefix, whole', () => {
    expect(parseSpan('10.1.2.3/8')).toEqual(parseSpan('10.0.0.0-10.255.255.255'))
  })

  it.each([
    ['10.0.0.0/33', 'the prefix of 10.0.0.0/33 is 33 and takes 0 to 32 bits'],
    ['::ffff:10.0.0.0/8', 'the prefix of ::ffff:10.0.0.0/8 is 8 and takes 96 to 128 bits'],
    ['10.0.0.0/x', 'the prefix of 10.0.0.0/x is x and takes 0 to 32 bits'],
    ['10.0.0.9-10.0.0.1', /ends before it begins/],
    ['10.0.0.1-::1', /begins with IPv4 and ends with IPv6/],
    ['10.0.0.1-10.0.0.2-10.0.0.3', /is no address/],
    ['10.0.0.0/8/8', /is no address/],
    ['10.0.0', /"10\.0\.0" is no address, no CIDR block such as/],
  ])('refuses the entry %s', (entry, expected) => {
    expect(parseSpan(entry)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    )
  })
})

describe('who may connect', () => {
  const spans: AddressSpan[] = []
  it.each([
    [{ allow: undefined, deny: undefined }, '10.0.0.1', false],
    [{ allow: undefined, deny: undefined }, 'no address', false],
    [{ allow: new AddressSet(spans), deny: undefined }, '10.0.0.1', true],
    [{ allow: undefined, deny: new AddressSet(spans) }, '10.0.0.1', false],
    [{ allow: undefined, deny: new AddressSet(spans) }, 'no address', true],
    [{ allow: setOf('10.0.0.0/8'), deny: setOf('10.0.0.1') }, '10.0.0.1', true],
    [{ allow: setOf('10.0.0.0/8'), deny: setOf('10.0.0.1') }, '10.0.0.2', false],
    [{ allow: setOf('10.0.0.0/8'), deny: setOf('10.0.0.1') }, '11.0.0.1', true],
  ])('%o, %s: kept out is %s', (access, address, denied) => {
    expect(isDenied(access, address)).toBe(denied)
  })
})
