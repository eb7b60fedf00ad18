import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { collect, type ThreadReader } from './collector.mjs'

const tap = fileURLToPath(new URL('../../bundle/tap.cjs', import.meta.url))
const programs = fileURLToPath(new URL('../differential/programs/', import.meta.url))

/** A program that hangs fails by its signal. */
const longest = 60_000

/** What a program sent and got, by the name of a connection, as it says itself. */
export type Truth = Record<string, { readonly in: string; readonly out: string }>

/** What a run left behind, without what differs from run to run anyway. */
export interface Run {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface TappedRun {
  readonly run: Run
  readonly truth: Truth
  readonly readers: readonly ThreadReader[]
}

export interface Wish {
  /** Arguments of Node.js. */
  readonly flags?: readonly string[]
  readonly http2?: boolean
  /** Named pipes beside the collector's socket. */
  readonly pipes?: number
  /** A file that is loaded before the tap. */
  readonly agent?: string
}

/** Runs a program of `differential/programs` as it is. */
export function runBare(place: string, program: string, wish: Wish = {}): Promise<Run> {
  return run(place, program, wish.flags ?? [], { NODE_OPTIONS: agentOf(wish) })
}

/** Runs it with a tap that has no inspector. */
export function runAlone(place: string, program: string, { flags = [] }: Wish = {}): Promise<Run> {
  return run(place, program, flags, tapped(join(place, 'none.sock'), {}))
}

/** Runs it with a tap whose inspector was killed: the pipe that says so is left, as its socket is. */
export function runOrphaned(place: string, program: string): Promise<Run> {
  const path = join(place, 'left.sock')
  writeFileSync(path, '')
  spawnSync('mkfifo', [`${path}-life`])
  return run(place, program, [], tapped(path, {}))
}

/** Runs it with a tap, and an inspector that reads everything. */
export async function runTapped(
  place: string,
  program: string,
  wish: Wish = {},
): Promise<TappedRun> {
  const path = join(place, 'i.sock')
  const truthPath = join(place, 'truth.json')
  rmSync(truthPath, { force: true })
  const collector = await collect(path, { pipes: wish.pipes ?? 32 })
  try {
    const env = tapped(path, wish)
    const result = await run(place, program, wish.flags ?? [], { ...env, TRUTH: truthPath })
    await collector.drained()
    for (const reader of collector.readers) reader.end(true)
    return { run: result, truth: readTruth(truthPath), readers: collector.readers }
  } finally {
    await collector.close()
  }
}

function agentOf({ agent }: Wish): string {
  return agent === undefined ? '' : `--require=${join(programs, agent)}`
}

function tapped(path: string, wish: Wish): NodeJS.ProcessEnv {
  const { http2 = false } = wish
  return {
    HAWSER_INSPECT: path,
    HAWSER_INSPECT_OPTIONS: JSON.stringify({ http2 }),
    NODE_OPTIONS: `${agentOf(wish)} --require=${tap}`,
  }
}

function readTruth(path: string): Truth {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Truth) : {}
}

function run(
  place: string,
  program: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  const [file = '', ...args] = program.split(' ')
  const own = join(place, 'own')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, join(programs, file), ...args], {
      cwd: own,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        ...env,
        PLACE: own,
        KEY: join(place, 'key.pem'),
        CERT: join(place, 'cert.pem'),
      },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const timer = setTimeout(() => child.kill('SIGKILL'), longest)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ stdout: normalize(stdout), stderr: normalize(stderr), code, signal })
    })
  })
}

/** Without process numbers, and of stack traces the program's own frames: the tap's stand among Node's. */
function normalize(text: string): string {
  return text
    .replaceAll(/\(node:\d+\)/g, '(node:N)')
    .split('\n')
    .filter((line) => !/^\s+at .*(?:\(node:|node:internal|tap\.cjs)/.test(line))
    .map((line) => line.replaceAll(programs, `${basename(programs)}/`))
    .join('\n')
}
