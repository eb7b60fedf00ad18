import { fileURLToPath } from 'node:url'
import type { Candidate } from './candidates.js'
import { Child, type Command } from './child.js'
import type { Round, Sample, Scale, Scenario, Session } from './scenario.js'
import type { Toolchain } from './toolchain.js'

/** A scenario's rounds, and the candidates that could not take part. */
export interface ScenarioRun {
  readonly scenario: Scenario
  readonly rounds: readonly Round[]
  readonly missing: readonly { candidate: Candidate; reason: string }[]
}

/** After so many rounds the servers are started anew: a process can be lucky for its whole life. */
const roundsPerServer = 3

const loadCommand: Command = {
  program: process.execPath,
  args: [fileURLToPath(new URL('load/main.js', import.meta.url))],
}

/** Measure every candidate once per round, each round beginning with another one. */
export async function runScenario(
  scenario: Scenario,
  toolchain: Toolchain,
  scale: Scale,
  pairs: number,
  progress: (text: string) => void,
): Promise<ScenarioRun> {
  const commands = new Map<Candidate, Command>()
  const missing: { candidate: Candidate; reason: string }[] = []
  for (const candidate of scenario.candidates) {
    const command = candidate.command(toolchain)
    if (typeof command === 'string') missing.push({ candidate, reason: command })
    else commands.set(candidate, command)
  }
  const present = [...commands.keys()]
  const rounds: Round[] = []
  const sessions = new Map<Candidate, Session>()
  const loads = new Loads()
  // Who only tries the bench out needs no parts that average each other's noise.
  const passes = scale.size < 1 ? 1 : (scenario.passes ?? 1)
  const part = { ...scale, measured: scale.measured / passes }
  for (let i = 0; i < pairs; i++) {
    const samples = new Map<Candidate, Sample[]>(present.map((candidate) => [candidate, []]))
    for (let j = 0; j < passes * present.length; j++) {
      const candidate = present[(i + j) % present.length] as Candidate
      progress(`${scenario.id}: round ${i + 1} of ${pairs}, ${candidate.title}`)
      let session = sessions.get(candidate)
      if (session === undefined) {
        session = await open(candidate, commands.get(candidate) as Command, loads, part)
        sessions.set(candidate, session)
        await scenario.warmUp?.(candidate, session)
      }
      samples.get(candidate)?.push(await scenario.measure(candidate, session))
    }
    rounds.push(new Map([...samples].map(([{ id }, each]) => [id, average(each)])))
    if (scenario.freshServers === true || i % roundsPerServer === roundsPerServer - 1) {
      for (const candidate of present) await stop(candidate)
    }
  }
  for (const candidate of present) await stop(candidate)
  await loads.stop()
  return { scenario, rounds, missing }

  async function stop(candidate: Candidate): Promise<void> {
    await sessions.get(candidate)?.server.stop()
    sessions.delete(candidate)
  }
}

/** The mean of each column. */
function average(samples: readonly Sample[]): Sample {
  const keys = Object.keys(samples[0] ?? {})
  return Object.fromEntries(
    keys.map((key) => {
      const sum = samples.reduce((total, sample) => total + (sample[key] ?? 0), 0)
      return [key, sum / samples.length]
    }),
  )
}

async function open(
  candidate: Candidate,
  command: Command,
  loads: Loads,
  scale: Scale,
): Promise<Session> {
  const [{ child, first }, load] = await Promise.all([
    Child.start(candidate.title, command),
    loads.get('load'),
  ])
  return {
    server: child,
    port: first as number,
    load,
    otherLoad: () => loads.get('other load'),
    scale,
  }
}

/** The processes that make the load: the same for every server of a scenario. */
class Loads {
  readonly #children = new Map<string, Child>()

  async get(name: string): Promise<Child> {
    let child = this.#children.get(name)
    if (child === undefined) {
      child = (await Child.start(name, loadCommand)).child
      this.#children.set(name, child)
    }
    return child
  }

  async stop(): Promise<void> {
    for (const child of this.#children.values()) await child.stop()
  }
}
