import { setTimeout as sleep } from 'node:timers/promises'
import { answerRequests } from '../support/answering.js'
import type { SoakOrder, SoakReport } from '../support/soak-endpoint.js'
import { Visit } from '../soak/visit.js'

/** Clients of every kind, that come and go until they are told to rest. */
let order: SoakOrder | undefined
let working: Promise<unknown> = Promise.resolve()
let resting = true
let accounts: SoakReport['accounts'][number][] = []
let visits: Record<string, number> = {}
let surprises: string[] = []
let lastVisit = 0

async function act(orders: SoakOrder, seed: number): Promise<void> {
  const random = makeRandom(seed)
  while (!resting) {
    lastVisit += 1
    const visit = new Visit(`v${lastVisit}`, orders, random)
    try {
      await visit.make()
    } catch (error) {
      surprises.push(`${visit.title}: ${error instanceof Error ? error.message : String(error)}`)
    }
    visits[visit.kind] = (visits[visit.kind] ?? 0) + 1
    if (visit.account.sent > 0) accounts.push(visit.account.state)
    await sleep(orders.rest * (0.5 + random()))
  }
}

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

let seeds = 0

answerRequests({
  order(given: SoakOrder) {
    order = given
  },
  work() {
    if (order === undefined) throw new Error('nothing was ordered')
    resting = false
    const orders = order
    working = Promise.all(
      Array.from({ length: orders.actors }, () => {
        seeds += 1
        return act(orders, seeds)
      }),
    )
  },
  async rest() {
    resting = true
    await working
  },
  report(): SoakReport {
    const report = { accounts, visits, surprises }
    accounts = []
    visits = {}
    surprises = []
    return report
  },
})
