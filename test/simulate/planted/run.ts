import process from 'node:process'
import { parseArgs } from 'node:util'
import { plant } from './plant.js'
import { planted, type Planted } from './planted.js'
import { type Outcome, watchTrial } from './watch-trial.js'

const usage = `npm run simulate:planted -- [--seeds N] [--only N]…

Plants 20 mistakes, one at a time, in a copy of the library, and simulates all scenarios with one seed
after another until one of them fails. Prints for each mistake how many simulations that took. The copy
without a mistake is simulated first. Exit code 1 when that one fails, or fewer than 18 are found.

  --seeds N  how many seeds at most (default 200)
  --clean N  how many seeds without a mistake (default as many)
  --only N   only the mistake with this number
`
const enough = 18
const atOnce = 2

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      clean: { type: 'string' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const seeds = Number(values.seeds)
  const clean = Number(values.clean ?? seeds)
  const chosen = [...planted.entries()].filter(
    ([index]) => values.only.length === 0 || values.only.includes(String(index + 1)),
  )
  if (clean > 0) {
    const outcome = await trialOf(undefined, clean)
    const { simulations, scenario, seed, found, broken } = outcome
    const problem =
      broken ?? (found === undefined ? undefined : `${scenario}, seed ${seed}: ${found}`)
    console.log(`clean: ${simulations} simulations${problem === undefined ? '' : `; ${problem}`}`)
    if (problem !== undefined) return 1
  }
  let found = 0
  const rest = chosen.values()
  const work = async (): Promise<void> => {
    for (const [index, mistake] of rest) {
      const outcome = await trialOf(mistake, seeds)
      if (outcome.found !== undefined && outcome.broken === undefined) found += 1
      console.log(`${String(index + 1).padStart(2)}. ${mistake.name}\n    ${describe(outcome)}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  console.log(`${found} of ${chosen.length} found`)
  return found >= Math.min(enough, chosen.length) ? 0 : 1
}

async function trialOf(mistake: Planted | undefined, seeds: number): Promise<Outcome> {
  const copy = await plant(mistake)
  try {
    return await watchTrial(copy.trial, seeds)
  } finally {
    await copy.remove()
  }
}

function describe({ simulations, seed, scenario, found, broken }: Outcome): string {
  if (broken !== undefined) return `BROKEN after ${simulations} simulations: ${broken}`
  if (found === undefined) return `NOT FOUND in ${simulations} simulations`
  return `${scenario}, seed ${seed}, simulation ${simulations}: ${found}`
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
