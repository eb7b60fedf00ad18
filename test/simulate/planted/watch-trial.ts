import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** How a trial came out. */
export interface Outcome {
  readonly simulations: number
  readonly seed: number
  readonly scenario: string
  /** What the simulation said that found the mistake. */
  readonly found?: string | undefined
  /** The process hung, or ended in no way of ours: nothing was found. */
  readonly broken?: string | undefined
}

/** So long a single simulation may take in real time: more is a hang. */
const longestSilence = 120_000

/** Run a trial in a process of its own until it ends, or hangs. */
export async function watchTrial(trial: string, seeds: number): Promise<Outcome> {
  const child = spawn(process.execPath, [trial, String(seeds)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let outcome: Outcome = { simulations: 0, seed: 0, scenario: '' }
  let broken: string | undefined
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000)
  })
  const hangs = setTimeout(() => {
    broken = `no simulation ended within ${longestSilence / 1_000} s of real time`
    child.kill('SIGKILL')
  }, longestSilence)
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    hangs.refresh()
    if (line.startsWith('{"simulations"')) outcome = JSON.parse(line) as Outcome
  }
  const code = await closed
  clearTimeout(hangs)
  if (broken === undefined && code !== 0) broken = `the process ended with ${code}: ${errors}`
  return { ...outcome, broken }
}
