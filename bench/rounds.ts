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
  const sessions = new Map<Candidate, OpenSession>()
  for (let i = 0; i < pairs; i++) {
    const round = new Map<string, Sample>()
    for (let j = 0; j < present.length; j++) {
      const candidate = present[(i + j) % present.length] as Candidate
      progress(`${scenario.id}: round ${i + 1} of ${pairs}, ${candidate.title}`)
      let session = sessions.get(candidate)
      if (session === undefined) {
        session = await OpenSession.open(candidate, commands.get(candidate) as Command, scale)
        sessions.set(candidate, session)
        await scenario.warmUp?.(candidate, session)
      }
      round.set(candidate.id, await scenario.measure(candidate, session))
      if (scenario.freshServers === true || i % roundsPerServer === roundsPerServer - 1) {
        await session.close()
        sessions.delete(candidate)
      }
    }
    rounds.push(round)
  }
  for (const session of sessions.values()) await session.close()
  return { scenario, rounds, missing }
}

class OpenSession implements Session {
  readonly server: Child
  readonly port: number
  readonly load: Child
  readonly scale: Scale
  #other: Child | undefined

  private constructor(server: Child, port: number, load: Child, scale: Scale) {
    this.server = server
    this.port = port
    this.load = load
    this.scale = scale
  }

  static async open(candidate: Candidate, command: Command, scale: Scale): Promise<OpenSession> {
    const [server, load] = await Promise.all([
      Child.start(candidate.title, command),
      Child.start('load', loadCommand),
    ])
    return new OpenSession(server.child, server.first as number, load.child, scale)
  }

  async otherLoad(): Promise<Child> {
    this.#other ??= (await Child.start('other load', loadCommand)).child
    return this.#other
  }

  async close(): Promise<void> {
    await Promise.all([this.load.stop(), this.#other?.stop(), this.server.stop()])
  }
}
