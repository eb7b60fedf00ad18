import fc from 'fast-check'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { AddressCounts } from '../../src/policy/address/address-counts.js'
import { ConnectRates, mostPeers } from '../../src/policy/address/connect-rate.js'
import { addressKey } from '../../src/policy/address/ip-address.js'
import { runs } from '../../../../test/support/property-runs.js'

const nth = (index: number): string =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`

describe('the rate of one address', () => {
  it('lets a burst in, then as many as the time brings', () => {
    const clock = new VirtualClock()
    const rates = new ConnectRates({ perSecond: 2, burst: 3 })
    const take = (): boolean => rates.take('192.0.2.1', clock.now())
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
    clock.advanceSync(499)
    expect(take()).toBe(false)
    clock.advanceSync(1)
    expect([take(), take()]).toEqual([true, false])
    clock.advanceSync(60_000)
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
  })

  it('is each address’s own, and one for a /64 network', () => {
    const rates = new ConnectRates({ perSecond: 1, burst: 1 })
    const take = (address: string): boolean => rates.take(addressKey(address), 0)
    expect(take('192.0.2.1')).toBe(true)
    expect(take('192.0.2.2')).toBe(true)
    expect(take('::ffff:192.0.2.2')).toBe(false)
    expect(take('2001:db8::1')).toBe(true)
    expect(take('2001:db8::2')).toBe(false)
  })

  it('is owed what was taken elsewhere, beyond the burst as well', () => {
    const rates = new ConnectRates({ perSecond: 1, burst: 3 })
    rates.taken('192.0.2.1', 2, 0)
    expect([rates.take('192.0.2.1', 0), rates.take('192.0.2.1', 0)]).toEqual([true, false])
    rates.taken('192.0.2.1', 2, 0)
    expect([rates.take('192.0.2.1', 2_999), rates.take('192.0.2.1', 3_000)]).toEqual([false, true])
  })

  it('never lets more in than burst and rate together, whenever they come', () => {
    const rate = fc.record({
      perSecond: fc.constantFrom(0.1, 1, 3, 7, 1000),
      burst: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(rate, fc.array(fc.nat(700), { maxLength: 200 }), (options, gaps) => {
        const rates = new ConnectRates(options)
        let now = 0
        let taken = 0
        for (const gap of gaps) {
          now += gap
          if (rates.take('192.0.2.1', now)) taken += 1
        }
        expect(taken).toBeLessThanOrEqual(options.burst + (now * options.perSecond) / 1000 + 1e-6)
        if (gaps.length > 0) expect(taken).toBeGreaterThan(0)
      }),
      runs(100),
    )
  })

  it('lets the whole burst in, whatever the fractions add up to', () => {
    for (const perSecond of [3, 7, 0.3, 1.1]) {
      const rates = new ConnectRates({ perSecond, burst: 100 })
      const taken = Array.from({ length: 101 }, () => rates.take('192.0.2.1', 12_345.678))
      expect(taken.filter(Boolean).length).toBe(100)
      expect(taken.at(-1)).toBe(false)
    }
  })
})

describe('the table of rates', () => {
  it('forgets those that may do their burst again anyway', () => {
    const rates = new ConnectRates({ perSecond: 1, burst: 1 })
    for (let index = 0; index < 100; index += 1) rates.take(nth(index), 0)
    expect(rates.size).toBe(100)
    for (let index = 0; index < 100; index += 1) rates.take('192.0.2.1', 1_000 * (index + 1))
    expect(rates.size).toBe(1)
  })

  it('never holds more than its bound, and forgets whoever came the longest ago', () => {
    const rates = new ConnectRates({ perSecond: 0.001, burst: 1 }, 3)
    for (let index = 0; index < 4; index += 1) expect(rates.take(nth(index), index)).toBe(true)
    expect(rates.size).toBe(3)
    expect([rates.take(nth(3), 5), rates.take(nth(1), 5)]).toEqual([false, false])
    expect(rates.take(nth(0), 5)).toBe(true)
  })

  it('is bounded for a server too', () => {
    const rates = new ConnectRates({ perSecond: 0.001, burst: 1 })
    for (let index = 0; index < mostPeers + 10; index += 1) rates.take(nth(index), 0)
    expect(rates.size).toBe(mostPeers)
  })
})

describe('the counts of addresses', () => {
  it('hold an entry for each that has one open, and for no other', () => {
    const counts = new AddressCounts()
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1']) {
      counts.change(addressKey(address), 1)
    }
    const of = (address: string): number => counts.of(addressKey(address))
    expect([of('192.0.2.1'), of('2001:db8::ff'), of('::1')]).toEqual([2, 1, 0])
    expect(counts.size).toBe(2)
    for (const address of ['192.0.2.1', '192.0.2.1', '2001:db8::2']) {
      counts.change(addressKey(address), -1)
    }
    expect([of('192.0.2.1'), counts.size]).toEqual([0, 0])
  })
})
