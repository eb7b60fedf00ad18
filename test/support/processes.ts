import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Whether a test can look into other processes here. */
export const seesProcesses: boolean = existsSync('/proc/self/status')

/** The name of a test that looks into other processes: where it cannot, the name says so. */
export function lookingIntoProcesses(name: string): string {
  return seesProcesses ? name : `${name} (skipped: there is no /proc/PID/status)`
}

/** The processes that `pid` started and that are there. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readStatus(Number(name), 'PPid') === pid)
    .map(Number)
}

/** Kills a process that no child object is of; one that has ended already is as good. */
export function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The most memory that the process has had so far, in MB. */
export function peakMemory(pid: number): number {
  const kibibytes = readStatus(pid, 'VmHWM')
  if (kibibytes === undefined) throw new Error(`process ${pid} is gone`)
  return (kibibytes * 1024) / 1e6
}

/** A number of /proc/PID/status; undefined when the process is gone. */
function readStatus(pid: number, name: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const found = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}

/** Whether each thread of a process stands still, as after SIGSTOP. */
export function isStopped(pid: number): boolean {
  const tasks = `/proc/${pid}/task`
  return readdirSync(tasks).every((task) =>
    / \(.*\) T /s.test(readFileSync(`${tasks}/${task}/stat`, 'utf8')),
  )
}
