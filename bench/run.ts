import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { stopAll } from './child.js'
import { parseOptions, usage, type BenchOptions } from './options.js'
import { evaluate, renderFigures, renderScenario, type ScenarioResult } from './report.js'
import { runScenario } from './rounds.js'
import { scenarios } from './scenarios/index.js'
import type { Scenario } from './scenario.js'
import { findToolchain, nodeToolchain } from './toolchain.js'

/** Measure the chosen scenarios and report. */
async function bench(options: BenchOptions, chosen: readonly Scenario[]): Promise<void> {
  const needed = new Set(chosen.flatMap(({ candidates }) => candidates.map(({ needs }) => needs)))
  const toolchain = options.nodeOnly
    ? nodeToolchain(options.profiles)
    : await findToolchain(options.profiles, needed)
  const results: ScenarioResult[] = []
  const machine = describeMachine()
  console.log(
    `${machine.processors} × ${machine.model}, Node.js ${machine.node}, load ${machine.load}\n`,
  )
  try {
    for (const scenario of chosen) {
      const run = await runScenario(scenario, toolchain, options.scale, options.pairs, showProgress)
      showProgress('')
      const result = evaluate(run)
      results.push(result)
      console.log(`${renderScenario(result, scenario.columns)}\n`)
    }
  } finally {
    await stopAll()
    await toolchain.remove()
  }
  console.log(renderFigures(results))
  const load = describeMachine().load
  console.log(`\nLoad average before ${machine.load}, after ${load} (1 minute).`)
  if (options.json !== undefined) {
    const report = { machine, pairs: options.pairs, scale: options.scale, scenarios: results }
    await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
}

function describeMachine(): { processors: number; model: string; node: string; load: string } {
  return {
    processors: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown processor',
    node: process.versions.node,
    load: (loadavg()[0] ?? 0).toFixed(2),
  }
}

/** One line that is written over, on a terminal only. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

function choose({ scenarios: ids, servers }: BenchOptions): readonly Scenario[] {
  for (const id of ids) {
    if (!scenarios.some((scenario) => scenario.id === id)) {
      const known = scenarios.map((scenario) => scenario.id).join(', ')
      throw new Error(`no scenario is called ${id}; there are ${known}`)
    }
  }
  const chosen = ids.length === 0 ? scenarios : scenarios.filter(({ id }) => ids.includes(id))
  if (servers.length === 0) return chosen
  return chosen.map((scenario) => {
    const candidates = scenario.candidates.filter(({ id }) => servers.includes(id))
    if (candidates.length > 0) return { ...scenario, candidates }
    const known = scenario.candidates.map(({ id }) => id).join(', ')
    throw new Error(`scenario ${scenario.id} has no such server; it has ${known}`)
  })
}

async function main(): Promise<void> {
  let options: BenchOptions
  let chosen: readonly Scenario[]
  try {
    options = parseOptions(process.argv.slice(2))
    chosen = choose(options)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 2
    return
  }
  if (options.help) {
    console.log(usage)
    for (const { id, title, candidates } of scenarios) {
      console.log(`  ${id.padEnd(16)} ${title}: ${candidates.map((each) => each.id).join(', ')}`)
    }
    return
  }
  try {
    await bench(options, chosen)
  } catch (error) {
    if (interrupted) return
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

let interrupted = false
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  // Ending the children makes whatever is waited for fail, and so the bench clean up and end.
  process.once(signal, () => {
    interrupted = true
    process.exitCode = code
    void stopAll()
  })
}

await main()
