import { malformed } from './block.js'
import { countOf, type Fields, textOf } from './fields.js'

/** A thread of a watched program: a process has at least one. */
export interface SeenThread {
  /** Its number in the inspection: 1, 2, 3, … */
  readonly number: number
  readonly pid: number
  readonly ppid: number
  /** 0 for the main thread of its process. */
  readonly threadId: number
  /** The version of the runtime: `v20.19.0`. */
  readonly node: string
  /** The name of the program: `server.js`. */
  readonly title: string
  /** The words it was started with, or as many as it could send. */
  readonly argv: readonly string[]
  /** What this runtime does not show: the names of hooks that were not found. */
  readonly missing: readonly string[]
}

/** The version of what threads send. */
const version = 1
const mostWords = 64
const mostHooks = 64

/**
 * What the first row of a thread says of it.
 *
 * @throws FramingError
 */
export function readThread(number: number, fields: Fields): SeenThread {
  if (fields['event'] !== 'thread') throw malformed('a thread begins with the event thread')
  if (fields['version'] !== version) {
    throw malformed(
      `it speaks version ${String(textOf(String(fields['version'])))}, and this is ${version}`,
    )
  }
  const { argv, hooks } = fields
  return {
    number,
    pid: countOf('pid', fields['pid']),
    ppid: countOf('ppid', fields['ppid']),
    threadId: countOf('threadId', fields['threadId']),
    node: textOf(fields['node']) ?? 'unknown',
    title: textOf(fields['title']) ?? 'node',
    argv: Array.isArray(argv) ? argv.slice(0, mostWords).map((word) => textOf(word) ?? '') : [],
    missing: missingOf(hooks),
  }
}

function missingOf(hooks: unknown): string[] {
  if (typeof hooks !== 'object' || hooks === null) return []
  return Object.entries(hooks)
    .filter(([, isThere]) => isThere !== true)
    .slice(0, mostHooks)
    .map(([name]) => textOf(name) ?? '')
}
