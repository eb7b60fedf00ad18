import { parseArgs } from 'node:util'
import { runSoak } from './soak/soak.js'
import { Stage } from './support/stage.js'

const usage = `npm run soak -- [--minutes N | --seconds N]

Connections of every kind come and go for ten minutes, or as long as is said. Prints what is held after
a collection once a minute; exit code 1 when it ends more than 5 % above where it was after the first.
`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seconds: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const seconds =
    values.seconds === undefined ? Number(values.minutes ?? 10) * 60 : Number(values.seconds)
  if (!(seconds >= 2)) throw new Error('it takes 2 seconds at least')
  const interval = Math.min(60, Math.floor(seconds / 2))
  const stage = new Stage(false, () => {})
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stage.interrupt())
  }
  try {
    const { did, lost } = await runSoak(stage, {
      interval,
      intervals: Math.floor(seconds / interval),
      most: (first) => first * 1.05,
      bound: 'within 5 %',
      print: (row) => console.log(row),
    })
    console.log(`\n${did}; lost: ${lost}`)
  } catch (error) {
    stage.expect(false, error instanceof Error ? error.message : String(error))
  }
  await stage.close()
  for (const failure of stage.failures) console.log(`FAILED  ${failure}`)
  return stage.failures.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}
