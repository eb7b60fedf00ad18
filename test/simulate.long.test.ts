import { simulate } from 'hawser/simulate'
import { describe, expect, it } from 'vitest'
import { scenarios } from './simulate/list.js'
import { optionsOf } from './simulate/support/scenario.js'

/** Behind the ones that the short test takes. A seed of the storm takes as long as twenty others. */
const first = 1_000
const seeds = 300
const ofStorm = 4
const ofOthers = Math.round((seeds - ofStorm) / (scenarios.length - 1))

describe(`${seeds} seeds in all, with a mix of all faults`, () => {
  it.each(scenarios.map((scenario) => [scenario.title, scenario] as const))(
    '%s',
    async (_title, scenario) => {
      const count = scenario.id === 'storm' ? ofStorm : ofOthers
      for (let seed = first; seed < first + count; seed += 1) {
        const { connections } = await simulate(optionsOf(scenario, seed), scenario.run)
        expect(connections).toBeGreaterThan(0)
      }
    },
  )
})
