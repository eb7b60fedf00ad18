import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { fail, refuse } from './attach-error.js'
import { Inspector } from './inspector.js'
import { type Listener, readListeners, readSockets } from './listeners.js'
import { isSame, type Target } from './target.js'

/** Milliseconds between two looks at what a process listens on. */
const pause = 10

/** An inspector that can be talked to, and whether it was open before. */
export interface OpenPort {
  readonly port: number
  readonly inspector: Inspector
  readonly wasOpen: boolean
}

/**
 * The inspector that a process has open already, as `node --inspect` does.
 *
 * @throws AttachError `ATTACH_REFUSED` when something else listens where it would be opened
 */
export async function findOpen(target: Target, timeout: number): Promise<OpenPort | undefined> {
  const { pid, address } = target
  if (address.isOpen && address.port === 0) {
    throw refuse(
      `process ${pid} opened its inspector on a port that is not known: start it with --inspect=PORT`,
    )
  }
  const taken = readListeners(pid).filter(({ port }) => port === address.port)
  const own = taken.find((listener) => listener.own)
  if (own !== undefined) {
    try {
      const inspector = await Inspector.open(own.host, own.port, timeout)
      return { port: own.port, inspector, wasOpen: true }
    } catch (error) {
      const what = `process ${pid} itself listens on port ${own.port}, where its inspector would open`
      throw refuse(`${what}: set another in it (process.debugPort)`, error)
    }
  }
  if (taken.length === 0) return undefined
  throw refuse(
    `port ${address.port} is taken by another process, and process ${pid} would open its inspector there: ` +
      `end that one first (ss -ltnp 'sport = :${address.port}' names it)`,
  )
}

/** Sends the signal, and waits for the inspector. Whatever listens is the process' own: no other is talked to. */
export async function openPort(target: Target, timeout: number): Promise<OpenPort> {
  const { pid } = target
  const known = new Set(readSockets(pid))
  process.kill(pid, 'SIGUSR1')
  const until = performance.now() + timeout
  let problem: unknown
  for (let isOver = false; !isOver;) {
    // It looks once more when the time is over: it may be this process that was held up.
    isOver = performance.now() >= until
    if (!isSame(target)) throw fail(`process ${pid} ended when it was sent SIGUSR1`)
    for (const found of readNew(pid, known)) {
      try {
        const inspector = await Inspector.open(found.host, found.port, timeout)
        return { port: found.port, inspector, wasOpen: false }
      } catch (error) {
        // The program may have begun to listen just now, on a port of its own.
        problem = error
        known.add(found.socket)
      }
    }
    await setTimeout(pause)
  }
  throw fail(
    `process ${pid} opened no inspector within ${timeout} ms of SIGUSR1: it has a handler of its own for that ` +
      'signal, which ran now, or is busy in native code. In that case it opens its debug port later, and leaves it open',
    problem,
  )
}

/** @returns once the process does not listen on it any more, or when that takes too long: then false */
export async function waitClosed(target: Target, port: number, timeout: number): Promise<boolean> {
  const { pid } = target
  const until = performance.now() + timeout
  const open = readListeners(pid).filter((found) => found.own && found.port === port)
  const isOpen = (): boolean => {
    const sockets = readSockets(pid)
    return open.some(({ socket }) => sockets.has(socket))
  }
  while (isSame(target) && isOpen()) {
    if (performance.now() >= until) return false
    await setTimeout(pause)
  }
  return true
}

/**
 * What a process listens on with sockets that are not known. The tables of all sockets take the system long to write, 10 ms
 * on some machines, and are read only when it has a socket that is new.
 */
function readNew(pid: number, known: ReadonlySet<string>): readonly Listener[] {
  const sockets = readSockets(pid)
  if ([...sockets].every((socket) => known.has(socket))) return []
  return readListeners(pid).filter(({ own, socket }) => own && !known.has(socket))
}
