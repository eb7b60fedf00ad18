import process from 'node:process'
import { tapPath } from '../launch/tap-path.js'
import { AttachError, fail, refuse } from './attach-error.js'
import { findOpen, type OpenPort, openPort, waitClosed } from './debug-port.js'
import { closeExpression, type Loaded, loadExpression, pidExpression } from './expressions.js'
import { shareSocket } from './share-socket.js'
import { checkTarget, isSame, type Target } from './target.js'

/** Which process is watched from now on, and from where. */
export interface AttachOptions {
  /** The process: a Node.js program that runs. */
  readonly pid: number
  /** The path of the Unix socket that its tap connects to. It has to be listened on. */
  readonly socket: string
  /** Show HTTP/2, which changes a little how it is read. Default false. */
  readonly http2?: boolean | undefined
  /**
   * Asked before the process is sent SIGUSR1, with what there is to consider. Only true goes on. It is not asked for
   * a process whose inspector is open already, which needs no signal.
   */
  readonly confirm: (warning: string) => boolean | Promise<boolean>
  /** Milliseconds that each step may take. Default 5,000. */
  readonly timeout?: number | undefined
}

/** A process that is watched. */
export interface Attached {
  readonly pid: number
  /** Its version of Node.js. */
  readonly node: string
  /** The file of its program. */
  readonly title: string
  /** What a person should know of it, a line each. */
  readonly notes: readonly string[]
}

/**
 * Watches a Node.js program that runs already: opens its inspector by SIGUSR1, loads the tap, and closes the inspector.
 * While it is open, for about 50 ms, each user of this machine can run code in the process. Linux only.
 *
 * Whatever goes wrong, the inspector is closed again, unless it was open before; only a process that does not get to
 * it within `timeout` opens it later. If this process is killed while it is open, the other closes it by itself after
 * twice the `timeout`.
 *
 * @throws AttachError `ATTACH_REFUSED`, `ATTACH_DECLINED`, `ATTACH_FAILED`
 */
export async function attach(options: AttachOptions): Promise<Attached> {
  const { pid, confirm, timeout = 5_000 } = options
  checkPid(pid)
  const target = checkTarget(pid)
  let open = await findOpen(target, timeout)
  if (open === undefined) {
    if (!(await confirm(describe(target)))) {
      throw new AttachError('ATTACH_DECLINED', `process ${pid} was left alone`)
    }
    // It may have ended meanwhile, and another may have its number.
    if (!isSame(target)) throw refuse(`process ${pid} has ended`)
    checkTarget(pid)
    open = await openPort(target, timeout)
  }
  const notes = [
    `worker threads and children of process ${pid} are not seen: for those, start it with hawser inspect -- COMMAND`,
  ]
  let loaded
  try {
    loaded = await load(open, target, options, timeout)
  } finally {
    const note = await close(open, target, timeout)
    if (note !== undefined) notes.push(note)
  }
  return { pid, ...loaded, notes }
}

function checkPid(pid: number): void {
  if (process.platform !== 'linux') {
    throw refuse(
      `attaching needs Linux, and this is ${process.platform}: start the program with hawser inspect -- COMMAND`,
    )
  }
  if (!Number.isSafeInteger(pid) || pid <= 0) throw refuse(`${pid} is no process: pass its number`)
  if (pid === process.pid) throw refuse(`process ${pid} is this command itself`)
}

function describe({ pid, command, address: { host, port } }: Target): string {
  const isLocal = /^(?:127\.|localhost$|\[?::1\]?$)/.test(host)
  const where = port === 0 ? 'a debug port' : `its debug port, ${host}:${port},`
  const who = isLocal ? 'any user of this machine' : 'anyone who reaches this machine'
  return (
    `Process ${pid} (${command}) will be sent SIGUSR1. Node.js then opens ${where} for about 50 ms, and ${who} ` +
    'can run code in the process for that moment. If the program handles SIGUSR1 itself, its handler runs instead. ' +
    'A synchronous read that the program waits in may fail with EINTR.'
  )
}

async function load(
  { port, inspector, wasOpen }: OpenPort,
  target: Target,
  { socket, http2 = false }: AttachOptions,
  timeout: number,
): Promise<{ node: string; title: string }> {
  const { pid } = target
  const tap = tapPath()
  const evaluate = async (expression: string): Promise<unknown> => {
    try {
      return await inspector.evaluate(expression)
    } catch (error) {
      if (!isSame(target)) throw fail(`process ${pid} ended while it was attached to`, error)
      const reason = error instanceof Error ? error.message : String(error)
      throw fail(
        `the inspector of process ${pid} did not carry out what it was asked for: ${reason}`,
        error,
      )
    }
  }
  const found = await evaluate(pidExpression(pid, wasOpen ? Infinity : 2 * timeout))
  if (found !== pid) {
    throw fail(
      `process ${String(found)} responded on port ${port} instead of ${pid}: nothing was loaded`,
    )
  }
  shareSocket(socket, target)
  const until = Date.now() + timeout
  const loaded = (await evaluate(loadExpression({ tap, socket, http2, until }))) as Loaded
  if (loaded.outcome === 'loaded') {
    return { node: loaded.node, title: loaded.title }
  }
  throw fail(explain(loaded, pid))
}

function explain(loaded: Loaded, pid: number): string {
  if (loaded.outcome === 'watched') {
    return `process ${pid} is watched by another hawser inspect: end that one first`
  }
  if (loaded.outcome === 'off') {
    return `the tap was loaded into process ${pid}, and cannot reach the inspector's socket: is it that of another user?`
  }
  const reason = loaded.outcome === 'failed' ? loaded.reason : 'it was not understood'
  return `the tap could not be loaded into process ${pid}: ${reason}`
}

/** @returns what to say of it when it stays open */
async function close(
  { port, inspector, wasOpen }: OpenPort,
  target: Target,
  timeout: number,
): Promise<string | undefined> {
  const { pid } = target
  if (wasOpen) {
    inspector.close()
    return `the debug port of process ${pid}, ${port}, was open already, and was left open`
  }
  inspector.send(closeExpression)
  const isClosed = await waitClosed(target, port, timeout)
  inspector.close()
  if (isClosed) return undefined
  return `the debug port of process ${pid}, ${port}, is STILL OPEN: it did not close it within ${timeout} ms`
}
