import { availableParallelism } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { defaultDrain } from '../../connection/options/close-options.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import { atLeast, milliseconds } from '../../options/numbers.js'
import { backoffNames, type BackoffOptions, checkBackoff } from '../../policy/backoff.js'

/** How workers are started and ended. */
export interface WorkersOptions {
  /** The program each worker runs: a path or a `file:` URL. It calls `joinWorkers(server)`. */
  readonly script: string | URL
  /** Its arguments. Default: none. */
  readonly args?: readonly string[] | undefined
  /** Added to the environment it has from this process. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Options of Node.js for it. Default: those of this process. */
  readonly execArgv?: readonly string[] | undefined
  /**
   * How many workers. Default `'auto'`: one for each processor that this process may use
   * (`os.availableParallelism()`).
   */
  readonly count?: number | 'auto' | undefined
  /**
   * Milliseconds for the connections of a worker that leaves to finish what they are at. Default
   * 15 000; `Infinity` waits for all.
   */
  readonly drain?: number | undefined
  /**
   * Milliseconds until a worker must listen. Default 30 000; `Infinity` is off. A worker that takes
   * longer is ended and counts as failed (`HAWSER_WORKER_FAILED`).
   */
  readonly startTimeout?: number | undefined
  /**
   * Milliseconds a worker that leaves has on top of its drain, for its `leave` function and to end.
   * Default 2 000; `Infinity` is off. Then it is killed.
   */
  readonly leaveTimeout?: number | undefined
  /** How long to wait before a worker that crashed is replaced. Default 100 ms to 30 s. */
  readonly backoff?: BackoffOptions | undefined
  /**
   * Bytes of messages that may wait for one slow worker. Default 8 MiB; `Infinity` is off. What is
   * above is dropped and counted. Stops: one stuck worker filling the primary's memory.
   */
  readonly maxQueuedBytes?: number | undefined
  /**
   * Let each worker open a listening socket of its own (SO_REUSEPORT) instead of handing out
   * connections from this process. Default false. Linux, with Node.js 23.1 or newer, or 22.12 and newer
   * of 22. The kernel then spreads connections by a hash, and resets those in the queue of a worker
   * that leaves: `reload()` loses some.
   *
   * @see https://man7.org/linux/man-pages/man7/socket.7.html SO_REUSEPORT
   */
  readonly reusePort?: boolean | undefined
  /**
   * Where what the workers print goes. Default `inherit`: to where this process prints. A function is
   * handed whole lines, so that those of several workers do not run into each other; while a promise
   * of it is pending, that worker's output is not read.
   * What it throws or rejects with is a process warning, once for each stream; the lines are lost.
   */
  readonly output?: 'inherit' | WorkerOutput | undefined
  /** Closes all workers when it fires. */
  readonly signal?: AbortSignal | undefined
}

/** The names of the options in {@link WorkersOptions}. */
const workersNames: NamesOf<WorkersOptions> = {
  script: true,
  args: true,
  env: true,
  execArgv: true,
  count: true,
  drain: true,
  startTimeout: true,
  leaveTimeout: true,
  backoff: backoffNames,
  maxQueuedBytes: true,
  reusePort: true,
  output: true,
  signal: 'signal',
}

/** Takes lines that a worker printed, their line feeds included. */
export type WorkerOutput = (
  lines: Uint8Array,
  from: {
    /** The worker's place, from 1. */
    readonly slot: number
    /** Whether it printed them to its error output. */
    readonly error: boolean
  },
) => void | Promise<void>

/** Options with every default filled in. */
export interface ResolvedWorkers {
  readonly script: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly execArgv: readonly string[]
  readonly count: number
  readonly drain: number
  readonly startTimeout: number
  readonly leaveTimeout: number
  readonly backoff: BackoffOptions
  readonly maxQueuedBytes: number
  readonly reusePort: boolean
  readonly output: 'inherit' | WorkerOutput
}

/** Bytes that may wait for one worker by default: 8 MiB. */
export const defaultMaxQueuedBytes: number = 8 * 1024 * 1024
/** More workers than this are a slip of the finger. */
const mostWorkers = 1_024

/** Fill in every default and refuse what cannot work. */
export function resolveWorkers(options: WorkersOptions): ResolvedWorkers {
  checkOptions(options, workersNames)
  const reusePort = options.reusePort ?? false
  if (reusePort) assertReusePort(process.platform, process.versions.node)
  const output = options.output ?? 'inherit'
  if (output !== 'inherit' && typeof output !== 'function') {
    throw invalid('output', `is ${JSON.stringify(output)}: it takes 'inherit' or a function`)
  }
  return {
    script: scriptPath(options.script),
    args: options.args ?? [],
    env: options.env ?? {},
    execArgv: options.execArgv ?? process.execArgv,
    count: workerCount(options.count ?? 'auto'),
    drain: atLeast('drain', options.drain ?? defaultDrain, 0, 'milliseconds'),
    startTimeout: milliseconds('startTimeout', options.startTimeout ?? 30_000),
    leaveTimeout: milliseconds('leaveTimeout', options.leaveTimeout ?? 2_000),
    backoff: checkBackoff(options.backoff),
    maxQueuedBytes: atLeast('maxQueuedBytes', options.maxQueuedBytes ?? defaultMaxQueuedBytes, 1),
    reusePort,
    output,
  }
}

/** @throws OptionError unless this runtime can share a port among listening sockets. */
export function assertReusePort(platform: string, version: string): void {
  if (platform !== 'linux') {
    throw invalid(
      'reusePort',
      `works on Linux, and this is ${platform}: leave it out, and connections are handed out by the primary`,
    )
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const has = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
  if (has) return
  throw invalid(
    'reusePort',
    `needs Node.js 22.12, 23.1 or newer, and this is ${version}: leave it out, and connections are handed out by the primary`,
  )
}

function workerCount(count: number | 'auto'): number {
  if (count === 'auto') return availableParallelism()
  if (Number.isInteger(count) && count >= 1 && count <= mostWorkers) return count
  throw invalid(
    'count',
    `is ${JSON.stringify(count)}: it takes a whole number of workers from 1 to ${mostWorkers}, or 'auto'`,
  )
}

function scriptPath(script: string | URL): string {
  if (script instanceof URL) return fileURLToPath(script)
  if (typeof script === 'string' && script !== '') {
    return script.startsWith('file:') ? fileURLToPath(script) : script
  }
  throw invalid('script', `is ${JSON.stringify(script)}: it takes a path or a file: URL`)
}
