import { parseArgs } from 'node:util'
import { shrink, simulate, SimulationError, type SimulateOptions } from 'hawser/simulate'
import { scenarios } from './list.js'
import { optionsOf, type Scenario } from './support/scenario.js'

const usage = `npm run simulate -- [--seeds N] [--from N] [--seed N] [--options JSON] [SCENARIO…]

Simulates each scenario, or the named ones, with N seeds each (default 100), and prints a line for
each. A failure is made smaller, and printed with one command that repeats it. Exit code 1 then.

  --seeds N       how many seeds (default 100)
  --from N        the first one (default 1)
  --seed N        only this one, and its trace's hash
  --options JSON  one simulation with exactly these options, as a failure prints them
`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      options: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    for (const { id, title } of scenarios) console.log(`${id.padEnd(12)}${title}`)
    return 0
  }
  const chosen = choose(positionals)
  if (values.options !== undefined) {
    return (await runOne(only(chosen), JSON.parse(values.options) as SimulateOptions)) ? 0 : 1
  }
  const from = wholeNumber('--from', values.seed ?? values.from)
  const seeds = values.seed === undefined ? wholeNumber('--seeds', values.seeds) : 1
  let failed = 0
  for (const scenario of chosen) if (!(await runSeeds(scenario, from, seeds))) failed += 1
  return failed === 0 ? 0 : 1
}

function choose(names: readonly string[]): readonly Scenario[] {
  const unknown = names.filter((name) => !scenarios.some(({ id }) => id === name))
  if (unknown.length > 0) {
    const known = scenarios.map(({ id }) => id).join(', ')
    throw new Error(`no scenario is called ${unknown.join(', ')}; there are ${known}`)
  }
  return names.length === 0 ? scenarios : scenarios.filter(({ id }) => names.includes(id))
}

function only(chosen: readonly Scenario[]): Scenario {
  const [scenario] = chosen
  if (chosen.length !== 1 || scenario === undefined) {
    throw new Error('--options are those of one scenario: name it')
  }
  return scenario
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new Error(`${flag} is ${text}; give a whole number`)
}

async function runSeeds(scenario: Scenario, from: number, seeds: number): Promise<boolean> {
  const began = performance.now()
  const sum = { time: 0, connections: 0, faults: 0 }
  let hash = ''
  for (let seed = from; seed < from + seeds; seed += 1) {
    try {
      const report = await simulate(optionsOf(scenario, seed), scenario.run)
      sum.time += report.time
      sum.connections += report.connections
      sum.faults += report.faults.length
      hash = report.hash
    } catch (error) {
      return explain(scenario, error, true)
    }
  }
  const seconds = (performance.now() - began) / 1_000
  console.log(
    `ok       ${scenario.id}: ${seeds} seeds, ${Math.round(sum.time / 1_000).toLocaleString('en')} s of the world ` +
      `in ${seconds.toFixed(1)} s, ${sum.connections.toLocaleString('en')} ends of connections, ` +
      `${sum.faults.toLocaleString('en')} faults${seeds === 1 ? `, hash ${hash}` : ''}`,
  )
  return true
}

async function runOne(scenario: Scenario, options: SimulateOptions): Promise<boolean> {
  try {
    const { hash, time } = await simulate(options, scenario.run)
    console.log(`ok       ${scenario.id}: ${Math.round(time)} ms of the world, hash ${hash}`)
    return true
  } catch (error) {
    return explain(scenario, error, false)
  }
}

async function explain(scenario: Scenario, error: unknown, smaller: boolean): Promise<false> {
  if (!(error instanceof SimulationError)) throw error
  show('FAILED ', scenario, error)
  if (!smaller) return false
  // That takes a while; what repeats it is there already.
  const smallest = await shrink(error, scenario.run)
  if (smallest !== error) show('smaller', scenario, smallest)
  return false
}

function show(title: string, scenario: Scenario, error: SimulationError): void {
  const { what, at, options, trace, hash } = error.failure
  console.log(`${title}  ${scenario.id}: ${what}, after ${Math.round(at)} ms, hash ${hash}`)
  for (const line of trace.slice(-30)) console.log(`         ${line}`)
  if (error.cause instanceof Error) console.log(`         ${error.cause.stack ?? ''}`)
  console.log(`         npm run simulate -- ${scenario.id} --options '${JSON.stringify(options)}'`)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
