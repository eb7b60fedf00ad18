import fc from 'fast-check'
import { VirtualClock } from 'hawser/testing'
import { describe, expect, it } from 'vitest'
import { Pending } from '../../src/client/correlators/pending.js'
import { PoolWaiters } from '../../src/client/pool/pool-waiters.js'
import { StateError } from '../../src/errors.js'
import { ConnectRates } from '../../src/policy/address/connect-rate.js'
import { LinkedMap } from '../../src/policy/linked-map.js'
import { Holding } from '../../src/server/accept/holding.js'
import type { Arrival } from '../../src/socket/listen/arrival.js'
import { SessionStore } from '../../src/socket/tls/tls-sessions.js'
import { runs } from '../../../../test/support/property-runs.js'

const rounds = 100

/** How often a walk over a map or a set begins: each may pass all that was deleted before. */
async function walksOf(work: () => void | Promise<unknown>): Promise<number> {
  let walks = 0
  const restores = [Map.prototype, Set.prototype].flatMap((prototype) =>
    [Symbol.iterator, 'keys', 'values', 'entries'].map((name) => {
      const before = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor
      const walk = before.value as (this: unknown) => unknown
      Object.defineProperty(prototype, name, {
        ...before,
        value(this: unknown) {
          walks += 1
          return walk.call(this)
        },
      })
      return () => Object.defineProperty(prototype, name, before)
    }),
  )
  try {
    await work()
  } finally {
    for (const restore of restores) restore()
  }
  return walks
}

function times(count: number, work: (index: number) => void): void {
  for (let index = 0; index < count; index += 1) work(index)
}

describe('a map whose oldest entry is found at once', () => {
  it('has the order of a map in which each entry is deleted before it is set', () => {
    const step = fc.record({
      what: fc.constantFrom('set', 'set', 'delete', 'oldest', 'clear'),
      key: fc.nat(5),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const linked = new LinkedMap<number, number>()
        const plain = new Map<number, number>()
        for (const [index, { what, key: given }] of steps.entries()) {
          const [first] = plain
          const key = what === 'oldest' ? (first?.[0] ?? given) : given
          plain.delete(key)
          if (what === 'clear') plain.clear()
          if (what === 'set') plain.set(key, index)
          if (what === 'clear') linked.clear()
          else if (what === 'set') linked.set(key, index)
          else linked.delete(key)
          const { oldest } = linked
          expect([oldest?.key, oldest?.value]).toEqual([...plain][0] ?? [undefined, undefined])
          expect([linked.size, linked.get(given)]).toEqual([plain.size, plain.get(given)])
        }
      }),
      runs(500),
    )
  })
})

describe('what forgets the oldest does not walk over those that were forgotten before:', () => {
  it('the rates of a flood of addresses', async () => {
    const rates = new ConnectRates({ perSecond: 0.001, burst: 1 }, rounds)
    const connect = (index: number): unknown => rates.take(`192.0.2.${index}`, index)
    times(rounds, connect)
    expect(await walksOf(() => times(rounds, (index) => connect(rounds + index)))).toBe(0)
    expect(rates.size).toBe(rounds)
  })

  it('the TLS sessions of ever new names', async () => {
    const sessions = new SessionStore(2)
    expect(
      await walksOf(() => times(rounds, (index) => sessions.put(`${index}`, Buffer.from('')))),
    ).toBe(0)
    expect([sessions.size, sessions.use('97'), sessions.use('98')]).toEqual([
      2,
      undefined,
      Buffer.from(''),
    ])
    sessions.put('new', Buffer.from(''))
    expect(sessions.use('99')).toBe(undefined)
  })

  it('the callers that wait for a connection of a pool', async () => {
    const clock = new VirtualClock()
    const waiters = new PoolWaiters<number>(clock)
    const add = (timeout: number): Pending<number> => {
      const pending = new Pending<number>(clock.now(), timeout)
      const error = (): StateError =>
        new StateError('HAWSER_LEASE_RELEASED', 'gone', { op: 'acquire' })
      waiters.add(pending, undefined, error, error)
      return pending
    }
    const all = Array.from({ length: rounds }, (_, index) => add(index + 1))
    clock.advanceSync(1)
    const taken: unknown[] = []
    expect(await walksOf(() => times(rounds, () => taken.push(waiters.take())))).toBe(0)
    expect(taken).toEqual([...all.slice(1), undefined])
  })

  it('the connections that wait for room', async () => {
    const admitted: Arrival[] = []
    let walks = 0
    const holding = new Holding(rounds, (arrival) => {
      admitted.push(arrival)
      holding.moved(1, 1)
    })
    const arrivals = Array.from({ length: rounds }, () => ({}) as Arrival)
    holding.moved(1, 1)
    for (const arrival of arrivals) expect(holding.hold(arrival)).toBe(true)
    expect(holding.hold({} as Arrival)).toBe(false)
    for (const _ of arrivals.slice(1)) {
      walks += await walksOf(() => {
        holding.moved(0, 1)
        return new Promise(setImmediate)
      })
    }
    expect(admitted).toEqual(arrivals.slice(0, -1))
    // Meanwhile the test runner may walk over a map of its own.
    expect(walks).toBeLessThan(rounds / 2)
    expect(holding.clear()).toEqual(arrivals.slice(-1))
    expect([holding.size, holding.clear()]).toEqual([0, []])
  })
})
