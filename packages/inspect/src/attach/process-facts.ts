import { readFileSync, readlinkSync } from 'node:fs'

/** What Linux says of a process (proc_pid_status(5), proc_pid_stat(5)). */
export interface ProcessFacts {
  readonly pid: number
  /** The effective user and group. */
  readonly uid: number
  readonly gid: number
  /** `R` runs, `S` sleeps, `T` and `t` are stopped, `Z` has ended. */
  readonly state: string
  /** When it began, in ticks since the system did: with the pid it tells processes apart. */
  readonly began: string
  /** The signals that it handles, as bits. */
  readonly caught: bigint
}

/** @returns undefined when there is no such process */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const field = (name: string): string => readField(status, name)
    // The name in brackets may hold spaces and brackets of its own; field 22 is the 20th behind it.
    const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
    return {
      pid,
      uid: Number(field('Uid').split('\t')[1]),
      gid: Number(field('Gid').split('\t')[1]),
      state: field('State').slice(0, 1),
      began,
      caught: BigInt(`0x${field('SigCgt')}`),
    }
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

/** What it was started with, and the variables that it was started with. */
export function readStart(pid: number): { args: readonly string[]; variables: readonly string[] } {
  const read = (name: string): string[] =>
    readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').slice(0, -1)
  return { args: read('cmdline'), variables: read('environ') }
}

/** The namespaces of a process that are not ours, by name: `net`, `mnt`, `pid`. */
export function foreignNamespaces(pid: number): string[] {
  return ['net', 'mnt', 'pid'].filter(
    (name) => readlinkSync(`/proc/${pid}/ns/${name}`) !== readlinkSync(`/proc/self/ns/${name}`),
  )
}

function readField(status: string, name: string): string {
  const found = new RegExp(`^${name}:\t(.*)$`, 'm').exec(status)
  if (found?.[1] === undefined) throw new Error(`/proc/PID/status has no ${name}`)
  return found[1]
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ESRCH'
}
