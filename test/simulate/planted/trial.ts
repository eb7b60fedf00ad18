import process from 'node:process'
import { simulate, SimulationError } from 'hawser/simulate'
import { scenarios } from '../list.js'
import { optionsOf } from '../support/scenario.js'

/**
 * Simulates all scenarios with one seed after another until one fails, and prints a line of JSON for
 * each simulation: the process that started this one sees whether it still gets on.
 */
const seeds = Number(process.argv[2])
let simulations = 0

for (let seed = 1; seed <= seeds; seed += 1) {
  for (const scenario of scenarios) {
    simulations += 1
    try {
      await simulate(optionsOf(scenario, seed), scenario.run)
      console.log(JSON.stringify({ simulations, seed, scenario: scenario.id }))
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error
      const { what } = error.failure
      console.log(JSON.stringify({ simulations, seed, scenario: scenario.id, found: what }))
      process.exit(0)
    }
  }
}
