import process from 'node:process'
import { refuse } from './attach-error.js'
import { type DebugAddress, expectedDebugAddress } from './debug-address.js'
import { isNode } from './node-executable.js'
import { foreignNamespaces, type ProcessFacts, readProcess, readStart } from './process-facts.js'

/** A process that may be sent SIGUSR1: what it runs opens its inspector then, unless it handles the signal itself. */
export interface Target extends ProcessFacts {
  /** What it was started with, in one line. */
  readonly command: string
  readonly address: DebugAddress
}

/** SIGUSR1 is signal 10 on Linux, except on MIPS, where Node.js is not built any more. */
const sigusr1 = 1n << 9n

/**
 * Looks at a process, and sends it nothing. SIGUSR1 ends every program that does not handle it.
 *
 * @throws AttachError `ATTACH_REFUSED` when it is not one that can be watched
 */
export function checkTarget(pid: number): Target {
  const facts = readProcess(pid)
  if (facts === undefined) throw refuse(`there is no process ${pid}`)
  if (facts.state === 'Z')
    throw refuse(`process ${pid} has ended, and waits for its parent to see it`)
  checkUser(facts)
  if (facts.state === 'T' || facts.state === 't') {
    throw refuse(`process ${pid} is stopped: continue it first (kill -CONT ${pid})`)
  }
  try {
    return look(facts)
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error.code === 'ENOENT' || error.code === 'ESRCH') throw refuse(`process ${pid} has ended`)
    const remedy =
      process.getuid?.() === 0
        ? 'it is kept from root as well, as in a container'
        : 'try it as root'
    throw refuse(`process ${pid} cannot be looked at (${error.message}): ${remedy}`, error)
  }
}

/** Whether the process of then is the one that has its number now. */
export function isSame(target: Target): boolean {
  return readProcess(target.pid)?.began === target.began
}

function checkUser({ pid, uid }: ProcessFacts): void {
  const ours = process.geteuid?.()
  if (ours === 0 || ours === uid) return
  throw refuse(
    `process ${pid} belongs to user ${uid}, and this command to ${ours}: run it as that user or as root`,
  )
}

function look(facts: ProcessFacts): Target {
  const { pid } = facts
  const { args, variables } = readStart(pid)
  const command = args.join(' ').slice(0, 200)
  if (!isNode(pid)) {
    throw refuse(
      `process ${pid} (${command}) is not Node.js: SIGUSR1 would end it, so nothing was sent`,
    )
  }
  const foreign = foreignNamespaces(pid)
  if (foreign.length > 0) {
    const which = foreign.join(', ')
    throw refuse(
      `process ${pid} runs in a container (namespaces: ${which}): run hawser inside of it`,
    )
  }
  if ((facts.caught & sigusr1) === 0n) {
    const why = 'it was started with --disable-sigusr1, or is just starting or ending'
    throw refuse(
      `process ${pid} does not handle SIGUSR1 (${why}): the signal would end it, so nothing was sent`,
    )
  }
  return { ...facts, command, address: expectedDebugAddress(args, variables) }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
