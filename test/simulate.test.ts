import { readFileSync } from 'node:fs'
import { simulate, type SimulateOptions } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'
import { scenarios } from './simulate/list.js'
import { optionsOf, type Scenario } from './simulate/support/scenario.js'

/** A simulation that failed once. */
interface Entry {
  readonly scenario: string
  readonly options: SimulateOptions
  /** What was wrong. */
  readonly was: string
}

const corpus = JSON.parse(
  readFileSync(new URL('simulate/corpus.json', import.meta.url), 'utf8'),
) as readonly Entry[]

function find(name: string): Scenario {
  const found = scenarios.find(({ id }) => id === name)
  if (found === undefined) throw new Error(`no scenario is called ${name}`)
  return found
}

/** The storm's thousand clients are for the long test. */
function shorten(scenario: Scenario): Scenario {
  const size = Object.entries(scenario.size).map(([name, value]) => [name, Math.min(value, 60)])
  return { ...scenario, size: Object.fromEntries(size) as Scenario['size'] }
}

describe('what failed once holds', () => {
  it.each(corpus.map(({ scenario, options, was }) => [scenario, was, options] as const))(
    '%s: %s',
    async (scenario, _was, options) => {
      await simulate(options, find(scenario).run)
    },
  )
})

describe('a few seeds of each scenario', () => {
  it.each(scenarios.map((scenario) => [scenario.title, shorten(scenario)] as const))(
    '%s',
    async (_title, scenario) => {
      for (let seed = 1; seed <= 3; seed += 1) {
        const { connections, faults } = await simulate(optionsOf(scenario, seed), scenario.run)
        expect(connections).toBeGreaterThan(0)
        expect(faults.length).toBeGreaterThan(0)
      }
    },
  )
})

it('draws networks and clocks from the seed, some plain and some not', () => {
  const drawn = Array.from({ length: 40 }, (_, seed) => optionsOf(find('echo'), seed))
  const networks = drawn.map(({ network = {} }) => Object.keys(network).join())
  for (const option of ['latency', 'jitter', 'bandwidth', 'chunkSize']) {
    expect(networks.some((names) => names.includes(option))).toBe(true)
  }
  expect(networks).toContain('')
  const clocks = drawn.map(({ hosts }) => JSON.stringify(hosts))
  expect(clocks.filter((each) => each.includes('clockRate')).length).toBeGreaterThan(10)
  expect(clocks.filter((each) => !each.includes('clockRate')).length).toBeGreaterThan(10)
  expect(optionsOf(find('echo'), 7)).toEqual(drawn[7])
})

it('takes the same course with the same seed', async () => {
  for (const scenario of scenarios.map((each) => shorten(each))) {
    const [one, other] = [
      await simulate(optionsOf(scenario, 4), scenario.run),
      await simulate(optionsOf(scenario, 4), scenario.run),
    ]
    expect([scenario.id, other.hash]).toEqual([scenario.id, one.hash])
  }
})
