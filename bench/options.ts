import { parseArgs } from 'node:util'
import type { Scale } from './scenario.js'

/** What the command line asks for. */
export interface BenchOptions {
  readonly help: boolean
  readonly pairs: number
  /** Ids of scenarios; empty for all. */
  readonly scenarios: readonly string[]
  /** Ids of servers; empty for all. */
  readonly servers: readonly string[]
  /** Where to write the results as JSON. */
  readonly json: string | undefined
  readonly scale: Scale
  /** Folder for CPU profiles of the servers on Node.js. */
  readonly profiles: string | undefined
  /** Only the servers on Node.js. */
  readonly nodeOnly: boolean
}

/** The text for `--help`. */
export const usage: string = `npm run bench -- [options]

  --scenario ID   only this one; may be given several times (--help lists them)
  --server ID     only this one of a scenario's servers; may be given several times
  --pairs N       rounds in which every server is measured once (default 9)
  --json FILE     also write the results as JSON
  --profile DIR   write a CPU profile of each server on Node.js; the figures suffer from it
  --quick         shorter loads and 3 rounds: to see a trend, not to quote
  --tiny          1 round of the smallest loads, servers on Node.js only: to test the bench itself
`

/** Read the command line. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      scenario: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      server: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
      tiny: { type: 'boolean', default: false },
    },
  })
  const pairs = Number(values.pairs ?? (values.tiny ? 1 : values.quick ? 3 : 9))
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > 1000) {
    throw new Error(`--pairs must be a whole number from 1 to 1000, not ${values.pairs}`)
  }
  return {
    help: values.help,
    pairs,
    scenarios: values.scenario,
    servers: values.server,
    json: values.json,
    profiles: values.profile,
    scale: scale(),
    nodeOnly: values.tiny,
  }

  function scale(): Scale {
    if (values.tiny) return { warmUp: 20, measured: 50, size: 0.01 }
    if (values.quick) return { warmUp: 400, measured: 300, size: 1 }
    return { warmUp: 1000, measured: 800, size: 1 }
  }
}
