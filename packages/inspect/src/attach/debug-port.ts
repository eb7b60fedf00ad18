import process from 'node:process'
import { setTimeout } from 'node:timers/promises'
import { fail, refuse } from './attach-error.js'
import { Inspector } from './inspector.js'
import { type Listener, readListeners } from './listeners.js'
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
  const known = new Set(readListeners(pid).map(identify))
  process.kill(pid, 'SIGUSR1')
  const until = performance.now() + timeout
  let problem: unknown
  while (performance.now() < until) {
    if (!isSame(target)) throw fail(`process ${pid} ended when it was sent SIGUSR1`)
    for (const found of readListeners(pid)) {
      if (!found.own || known.has(identify(found))) continue
      try {
        const inspector = await Inspector.open(found.host, found.port, timeout)
        return { port: found.port, inspector, wasOpen: false }
      } catch (error) {
        // The program may have begun to listen just now, on a port of its own.
        problem = error
        known.add(identify(found))
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
  const until = performance.now() + timeout
  while (isSame(target) && isOpen(target.pid, port)) {
    if (performance.now() >= until) return false
    await setTimeout(pause)
  }
  return true
}

function isOpen(pid: number, wanted: number): boolean {
  try {
    return readListeners(pid).some(({ port, own }) => own && port === wanted)
  } catch {
    // It ended just now.
    return false
  }
}

function identify({ host, port, own }: Listener): string {
  return `${own} ${host} ${port}`
}
