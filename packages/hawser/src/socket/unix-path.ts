import { randomInt } from 'node:crypto'
import { lstatSync, renameSync, statSync, unlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { longestPath } from './endpoint.js'

/**
 * A Unix socket is bound under a temporary name in the same folder and renamed, so that the path
 * never names a socket nobody listens on, a stale file is replaced in one step, and a live server's
 * is not.
 */

/** A bound path that is ours: remembered by inode, since anybody may have replaced it meanwhile. */
export interface OwnedPath {
  readonly path: string
  readonly inode: bigint
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const usualLength = 7
const mostTries = 200
const encoder = new TextEncoder()

/**
 * A free name in the same folder. It is kept so short that it fits where the target itself just
 * does: Node.js cuts a longer path off without a word and binds something else.
 *
 * @throws an `EADDRINUSE` error when every name that fits is taken
 */
export function temporaryName(target: string): string {
  const folder = target.slice(0, target.lastIndexOf('/') + 1)
  const length = Math.min(usualLength, longestPath - encoder.encode(folder).length)
  for (let tries = 0; tries < mostTries; tries += 1) {
    let name = length > 1 ? '.' : ''
    while (name.length < length) name += letters.charAt(randomInt(letters.length))
    const found = folder + name
    if (found !== target && !exists(found)) return found
  }
  throw coded('EADDRINUSE', `no temporary name beside ${target} is free`)
}

/**
 * @throws an `EADDRINUSE` error when a server answers at `target`, an `EEXIST` error when something
 *   lies there that is no socket and must not be replaced, an `ENOENT` error when there is no
 *   folder for it
 */
export async function assertReplaceable(target: string): Promise<void> {
  const found = lstatSync(target, { throwIfNoEntry: false })
  if (found === undefined) {
    // libuv would call a missing folder a missing permission.
    statSync(path.dirname(target))
    return
  }
  if (!found.isSocket()) throw coded('EEXIST', `${target} exists and is no socket`)
  if (await answers(target)) throw coded('EADDRINUSE', `a server answers at ${target}`)
}

/** Put the socket bound at `temporary` in its place. */
export function claimPath(temporary: string, target: string): OwnedPath {
  const { ino } = statSync(temporary, { bigint: true })
  renameSync(temporary, target)
  return { path: target, inode: ino }
}

/** Remove the path if it is still ours. */
export function releasePath(owned: OwnedPath): void {
  try {
    const found = lstatSync(owned.path, { bigint: true, throwIfNoEntry: false })
    if (found?.ino === owned.inode) unlinkSync(owned.path)
  } catch {
    // Somebody else was faster, or the folder is gone or closed to us: there is nothing to release.
  }
}

function exists(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false }) !== undefined
}

function answers(target: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: target })
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      // A full backlog (EAGAIN) or a path we may not enter (EACCES) has a server behind it.
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
