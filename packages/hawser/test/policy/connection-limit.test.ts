import { describe, expect, it } from 'vitest'
import { type AcceptState, noRefusals, refusalOf } from '../../src/policy/connection-limit.js'

const calm: AcceptState = {
  open: 0,
  maxConnections: 2,
  descriptorLimit: 3,
  waiting: 0,
  maxWaiting: 1,
  denied: false,
  sameAddress: 0,
  maxPerAddress: 2,
  draining: false,
  suspended: false,
}

describe('a new connection', () => {
  it('comes in while there is room for it', () => {
    expect(refusalOf(calm)).toBe(undefined)
    expect(refusalOf({ ...calm, open: 1 })).toBe(undefined)
    expect(refusalOf({ ...calm, open: 2, maxConnections: Infinity })).toBe(undefined)
  })

  it.each([
    ['limit', { open: 2 }],
    ['limit', { maxConnections: 0 }],
    ['fd-limit', { open: 3, maxConnections: 10 }],
    ['fd-limit', { open: 3 }],
    ['denied', { denied: true, open: 2, sameAddress: 2 }],
    ['fd-limit', { denied: true, open: 3 }],
    ['per-address', { sameAddress: 2, waiting: 1 }],
    ['limit', { sameAddress: 2, open: 2 }],
    ['not-accepted', { waiting: 1 }],
    ['not-accepted', { maxWaiting: 0 }],
    ['draining', { draining: true, suspended: true, open: 5 }],
    ['suspended', { suspended: true, open: 5 }],
  ] as const)('is refused as %s: %o', (reason, state) => {
    expect(refusalOf({ ...calm, ...state })).toBe(reason)
  })

  it('that is refused has a count waiting for it', () => {
    const counts = noRefusals()
    expect(Object.keys(counts)).toContain('not-accepted')
    expect(new Set(Object.values(counts))).toEqual(new Set([0]))
    expect(noRefusals()).not.toBe(counts)
  })
})
