import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type SeenThread, startInspection } from '../../../src/index.js'
import { extendNodeOptions } from '../../../src/launch/node-options.js'
import { tapPath } from '../../../src/launch/tap-path.js'
import { Notebook, type Traffic } from '../../support/notebook.js'

/** The path of a program beside this folder. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url))
}

/** How a program ended, and what it printed. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What was seen of a program. */
export interface Watched {
  readonly ran: Ran
  readonly threads: readonly SeenThread[]
  readonly traffic: readonly Traffic[]
}

/** Runs that may end with a loss, which is said: on a busy machine bytes wait for the inspection, and have little room. */
const mostRuns = 5

/** Runs a program as it is, and once more watched: it must not differ. */
export async function watch(command: readonly string[]): Promise<Watched> {
  const bare = await run(command, process.env)
  if (bare.code !== 0) throw new Error(`it failed with ${bare.code}:\n${bare.stderr}`)
  for (let count = 1; ; count += 1) {
    const { watched, troubles } = await runWatched(command)
    const { ran } = watched
    if (JSON.stringify(bare) !== JSON.stringify(ran)) {
      throw new Error(
        `it differs:\n${bare.stderr}${bare.stdout}\n-- watched --\n${ran.stderr}${ran.stdout}`,
      )
    }
    const isWhole = watched.traffic.every(({ connection: { lost } }) => lost.in + lost.out === 0)
    if (troubles.length === 0 && (isWhole || count === mostRuns)) return watched
    const isLoss = troubles.every((text) => /its last bytes are not seen|did not arrive/.test(text))
    if (!isLoss || count === mostRuns) throw new Error(troubles.join('\n'))
  }
}

async function runWatched(
  command: readonly string[],
): Promise<{ watched: Watched; troubles: readonly string[] }> {
  const notebook = new Notebook()
  const inspection = await startInspection({ http2: false, handler: notebook })
  try {
    const environment = {
      ...process.env,
      ...inspection.variables,
      NODE_OPTIONS: extendNodeOptions(undefined, tapPath()),
    }
    const ran = await run(command, environment)
    await inspection.drain()
    const { threads, traffic, troubles } = notebook
    return { watched: { ran, threads, traffic }, troubles }
  } finally {
    await inspection.close()
  }
}

/** Runs one of Node's programs with `node`. */
export function watchNode(name: string, ...words: readonly string[]): Promise<Watched> {
  return watch([process.execPath, programPath(name), ...words])
}

function run([file = '', ...words]: readonly string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
