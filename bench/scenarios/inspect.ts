import { fileURLToPath } from 'node:url'
import { nodeServer, type Candidate } from '../candidates.js'
import {
  ratio,
  scaled,
  type Figure,
  type Sample,
  type Scenario,
  type Session,
} from '../scenario.js'
import { exchangeColumns, measureExchange, warmUpExchange } from './exchange.js'

const patterns = {
  single: { connections: 50, window: 1, kind: 'lines', answer: 'same' },
  pipelined: { connections: 50, window: 100, kind: 'lines', answer: 'same' },
  http: { connections: 50, window: 1, kind: 'http', answer: 'same' },
} as const

/**
 * Frames on each connection before anything is measured. A watched program has more code to compile and shares the
 * machine with its inspector: as much time would leave it colder.
 */
const warmUps = { single: 3_000, pipelined: 120_000, http: 2_000 } as const

type Load = keyof typeof patterns
/** No inspector, one that reads, or one that was stopped (SIGSTOP). */
type State = 'bare' | 'watched' | 'frozen'

/** A server, what is sent to it, and whether it is watched. */
interface Program extends Candidate {
  readonly load: Load
  readonly state: State
}

const programs: readonly Program[] = [
  program('single', 'bare', 'echo, one in flight'),
  program('single', 'watched', 'the same, watched'),
  program('single', 'frozen', 'the same, by an inspector that is stopped'),
  program('pipelined', 'bare', 'echo, 100 in flight'),
  program('pipelined', 'watched', 'the same, watched'),
  program('http', 'bare', 'node:http, one in flight'),
  program('http', 'watched', 'the same, watched'),
]

/** What `hawser inspect` costs the program that it watches. */
export const inspect: Scenario = {
  id: 'inspect',
  title: 'hawser inspect',
  description:
    '50 connections to a server of `node:net` that sends lines of 20–200 bytes back, and to one of `node:http` that says ' +
    'hello: by itself, and as the program of `hawser inspect -q`; processor time of the server alone',
  passes: 4,
  candidates: programs,
  columns: exchangeColumns,
  figures: [
    figure('inspect, one in flight: to unwatched', 1.1, 'single', 'watched'),
    figure('inspect, 100 in flight: to unwatched', 1.25, 'pipelined', 'watched'),
    figure('inspect, HTTP hello: to unwatched', 1.25, 'http', 'watched'),
    figure('inspect, inspector stopped: to unwatched', 1.1, 'single', 'frozen'),
  ],
  async warmUp(candidate, session) {
    const { load, state } = candidate as Program
    if (state === 'frozen') await session.server.ask('freeze')
    await warmUpExchange(session, patterns[load], { frames: scaled(warmUps[load], session.scale) })
  },
  measure: (candidate, session) => measureWatched(candidate as Program, session),
}

async function measureWatched({ load, state }: Program, session: Session): Promise<Sample> {
  const sample = await measureExchange(session, patterns[load])
  const isTapped = (await session.server.ask('tapped')) as boolean
  // A comparison of taps that are off would be one of nothing.
  if (isTapped !== (state !== 'bare')) throw new Error(`${load}, ${state}: tapped is ${isTapped}`)
  return sample
}

function program(load: Load, state: State, title: string): Program {
  const kind = load === 'http' ? 'http' : 'echo'
  const bare = nodeServer(`${load}-${state}`, title, 'inspect/program', kind)
  return { ...bare, load, state, command: (toolchain) => watch(state, bare.command(toolchain)) }
}

/** The command's standard input and output are the program's: the harness talks to that. */
function watch(state: State, command: ReturnType<Candidate['command']>) {
  if (state === 'bare' || typeof command === 'string') return command
  const hawser = fileURLToPath(new URL('../../../packages/cli/bin/hawser.js', import.meta.url))
  const { program: node, args } = command
  const words = ['inspect', '-q', '--output', '/dev/null', '--', node, ...args]
  return { program: node, args: [hawser, ...words] }
}

function figure(title: string, atMost: number, load: Load, state: State): Figure {
  const value = ratio('cpu', `${load}-${state}`, `${load}-bare`)
  return { title, atMost, unit: '×', value }
}
