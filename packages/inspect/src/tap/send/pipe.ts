import { constants, lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { threadId } from 'node:worker_threads'
import { lifePath, pipePrefix } from '../../wire/layout.js'
import { natives } from '../natives.js'

/** Fails at once where the inspector does not read any more, and never waits. */
const flags = constants.O_WRONLY | constants.O_NONBLOCK

/**
 * Takes one of the named pipes that the inspector has put beside its socket. It is opened by one call: to connect a
 * socket takes a request, which the program's event loop would wait for, and the program could see.
 *
 * @returns its descriptor, or undefined where there is none: the socket is there as well
 */
export function takePipe(socket: string): number | undefined {
  const paths = pathsBeside(socket)
  const first = process.pid + threadId
  for (let tried = 0; tried < paths.length; tried++) {
    const fd = tryPipe(paths[(first + tried) % paths.length] as string)
    if (fd !== undefined) return fd
  }
  return undefined
}

function pathsBeside(socket: string): string[] {
  try {
    const names = readdirSync(dirname(socket))
    return names
      .map((name) => `${dirname(socket)}/${name}`)
      .filter((path) => path.startsWith(pipePrefix(socket)))
  } catch {
    return []
  }
}

/** Of the threads that open the same one, it is that one's who has deleted its name. */
function tryPipe(path: string): number | undefined {
  let fd: number | undefined
  try {
    fd = natives.openSync(path, flags)
    if (natives.fstatSync(fd).isFIFO()) {
      unlinkSync(path)
      return fd
    }
  } catch {
    // Another was faster.
  }
  if (fd !== undefined) natives.closeSync(fd)
  return undefined
}

/** Whether the inspector has ended: to connect where nothing is would be a request all the same. */
export function isGone(socket: string): boolean {
  try {
    if (lstatSync(socket, { throwIfNoEntry: false }) === undefined) return true
  } catch {
    return false
  }
  return !isRead(lifePath(socket))
}

/**
 * Whether a pipe is read still, which writing nothing does not say: it is opened once more, by the way that Linux has to
 * a file without a name.
 */
export function isPipeRead(fd: number): boolean {
  return isRead(`/proc/self/fd/${fd}`)
}

/** @returns false only where a pipe is there, and no process reads it */
function isRead(path: string): boolean {
  try {
    natives.closeSync(natives.openSync(path, flags))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENXIO'
  }
}
