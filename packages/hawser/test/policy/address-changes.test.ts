import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AddressChange, AddressChanges } from '../../src/policy/address/address-changes.js'
import { mostPeers } from '../../src/policy/address/connect-rate.js'
import { runs } from '../../../../test/support/property-runs.js'

it('changes add up to the same, however many are taken at a time', () => {
  const change = fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: -1, max: 1 }),
    fc.nat(1),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.nat(3))), (steps) => {
      const changes = new AddressChanges()
      const sum = (all: readonly AddressChange[]): Record<string, readonly number[]> => {
        const sums: Record<string, number[]> = {}
        for (const [key, open, opened] of all) {
          const [before = 0, openedBefore = 0] = sums[key] ?? []
          sums[key] = [before + open, openedBefore + opened]
        }
        return Object.fromEntries(
          Object.entries(sums).filter(([, [open, opened]]) => open !== 0 || opened !== 0),
        )
      }
      const taken: AddressChange[] = []
      for (const [one, count] of steps) {
        changes.add(one)
        taken.push(...changes.take(count))
      }
      taken.push(...changes.take(Infinity))
      expect(changes.size).toBe(0)
      expect(sum(taken)).toEqual(sum(steps.map(([one]) => one)))
    }),
    runs(200),
  )
})

it('a connection that came and went while none was taken leaves nothing', () => {
  const changes = new AddressChanges()
  changes.add(['a', 1, 0])
  changes.add(['a', -1, 0])
  expect(changes.size).toBe(0)
})

it('keeps so many that only connected, and each that has connections', () => {
  const changes = new AddressChanges()
  for (let each = 0; each < mostPeers * 2; each += 1) changes.add([String(each), 0, 1])
  expect(changes.size).toBe(mostPeers)
  for (let each = 0; each < 100; each += 1) changes.add([`open ${each}`, 1, 1])
  expect(changes.size).toBe(mostPeers + 100)
  for (let each = 0; each < 100; each += 1) changes.add([`open ${each}`, -1, 0])
  expect(changes.size).toBe(mostPeers)
})
