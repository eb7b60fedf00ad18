import { parseArgs } from 'node:util'
import type { Fault, Finding } from './support/fault.js'
import { faults } from './list.js'
import { NotPermitted } from './support/not-permitted.js'
import { Stage } from './support/stage.js'

const usage = `npm run faults -- [--short] [--list] [NAME…]

Lets each fault happen, or the named ones, and prints a line for each: what was done, what was lost,
and whether all held that must. Exit code 1 when something did not.
`

let stage: Stage | undefined
let interrupted = false

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${usage}\n`)
    print(faults)
    return 0
  }
  const unknown = positionals.filter((name) => !faults.some((fault) => fault.name === name))
  if (unknown.length > 0) {
    const known = faults.map(({ name }) => name).join(', ')
    throw new Error(`no fault is called ${unknown.join(', ')}; there are ${known}`)
  }
  const chosen =
    positionals.length === 0 ? faults : faults.filter(({ name }) => positionals.includes(name))
  if (values.list) {
    print(chosen)
    return 0
  }
  let failed = 0
  for (const fault of chosen) {
    if (interrupted) break
    if (!(await happen(fault, values.short))) failed += 1
  }
  return failed === 0 ? 0 : 1
}

function print(chosen: readonly Fault[]): void {
  for (const { name, title } of chosen) console.log(`${name.padEnd(14)}${title}`)
}

/** Let it happen and print its line; whether all held. */
async function happen(fault: Fault, short: boolean): Promise<boolean> {
  const began = performance.now()
  const here = new Stage(short, (text) => showProgress(`${fault.name}: ${text}`))
  stage = here
  let finding: Finding | undefined
  let skipped: string | undefined
  try {
    finding = await fault.run(here)
  } catch (error) {
    if (error instanceof NotPermitted) skipped = error.message
    else here.failures.push(error instanceof Error ? error.message : String(error))
  }
  await here.close()
  stage = undefined
  showProgress('')
  const time = `${((performance.now() - began) / 1000).toFixed(1)} s`
  const holds = here.failures.length === 0
  if (skipped !== undefined && holds) {
    console.log(`SKIPPED  ${fault.name}: ${skipped.replaceAll(/\s+/g, ' ')}`)
    return true
  }
  const verdict = holds ? 'ok     ' : 'FAILED '
  const said = finding === undefined ? fault.title : `${finding.did}; lost: ${finding.lost}`
  console.log(`${verdict}  ${fault.name}: ${said} (${time})`)
  for (const failure of here.failures) console.log(`         ${fault.name}: ${failure}`)
  return holds
}

/** One line that is written over, on a terminal only. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    interrupted = true
    stage?.interrupt()
    // What waits for something else is cut off; the programs end with this process.
    setTimeout(() => process.exit(code), 2_000).unref()
    process.exitCode = code
  })
}

try {
  const code = await main()
  process.exitCode ??= code
} catch (error) {
  console.error(`faults: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
