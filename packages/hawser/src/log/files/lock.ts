import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { LogError } from '../../errors.js'

/** What a lock says of the process that has it. */
interface Holder {
  readonly pid: number
  /** When it began, where the system says so: a number of a process is used again. */
  readonly born: string | undefined
}

/** A few others may let go, or take over from a dead one, at the same moment. */
const attempts = 5

/**
 * Take the lock of a log: the file `name.hawser.lock`, made so that only one can make it. The lock of a
 * process that is gone is taken over.
 *
 * @returns gives it back; may be called again
 * @throws LogError `HAWSER_LOG_LOCKED` if another log has it, `HAWSER_LOG_FAILED` if it cannot be made
 */
export function takeLock(file: string): () => void {
  const lock = `${file}.lock`
  const ours = `${process.pid} ${birthOf(process.pid) ?? ''} ${randomBytes(8).toString('hex')}\n`
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (makeLock(lock, ours)) return () => giveBack(lock, ours)
    const theirs = readLock(lock)
    if (theirs === undefined) continue
    const holder = parse(theirs)
    if (holder !== undefined && isAlive(holder)) throw locked(file, `process ${holder.pid}`)
    removeStale(lock, theirs)
  }
  throw locked(file, 'processes that come and go')
}

/** Linked into place when it is whole: one that reads it never sees half of it. */
function makeLock(lock: string, text: string): boolean {
  const draft = `${lock}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    try {
      linkSync(draft, lock)
    } finally {
      unlinkSync(draft)
    }
    return true
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (isUnlinkable(code)) return makePlainly(lock, text)
    throw cause
  }
}

/** Some file systems have no links. */
function isUnlinkable(code: string | undefined): boolean {
  return ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code ?? '')
}

function makePlainly(lock: string, text: string): boolean {
  try {
    writeFileSync(lock, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
}

function readLock(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'latin1').slice(0, 200)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

function parse(text: string): Holder | undefined {
  const { pid, born } = /^(?<pid>\d{1,10}) (?<born>\d*) /.exec(text)?.groups ?? {}
  return pid === undefined ? undefined : { pid: Number(pid), born: born === '' ? undefined : born }
}

function isAlive({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // EPERM: it lives, and belongs to another user.
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = birthOf(pid)
  return now === undefined || born === undefined || now === born
}

/** When a process began, in ticks since the machine started: field 22 of proc_pid_stat(5). */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program, in brackets, may have spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Moved away first: of several that see the same stale lock, one moves it, and none a new one unseen. */
function removeStale(lock: string, seen: string): void {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(lock, aside)
  } catch {
    return
  }
  if (readLock(aside) !== seen) {
    // Another process was faster, and this is its lock.
    try {
      linkSync(aside, lock)
    } catch {
      // Yet another has taken it in between.
    }
  }
  unlinkSync(aside)
}

function giveBack(lock: string, ours: string): void {
  try {
    if (readLock(lock) === ours) unlinkSync(lock)
  } catch {
    // It is stale once this process is gone.
  }
}

function locked(file: string, by: string): LogError {
  return new LogError('HAWSER_LOG_LOCKED', `${file} is being written by ${by}`, {
    op: 'open',
    remedy: 'write to another file, or end that log first',
  })
}
