import { randomBytes } from 'node:crypto'
import { lstatSync, renameSync, statSync, unlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'

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

/** A name in the same folder, as short as can be: the folder may be nearly as long as allowed. */
export function temporaryName(target: string): string {
  return path.join(path.dirname(target), `.${randomBytes(3).toString('hex')}`)
}

/**
 * @throws an `EADDRINUSE` error when a server answers at `target`, or when something lies there that
 *   is no socket and must not be replaced; an `ENOENT` error when there is no folder for it
 */
export async function assertReplaceable(target: string): Promise<void> {
  const found = lstatSync(target, { throwIfNoEntry: false })
  if (found === undefined) {
    // libuv would call a missing folder a missing permission.
    statSync(path.dirname(target))
    return
  }
  if (!found.isSocket()) throw inUse(`${target} exists and is no socket`)
  if (await answers(target)) throw inUse(`a server answers at ${target}`)
}

/** Put the socket bound at `temporary` in its place. */
export function claimPath(temporary: string, target: string): OwnedPath {
  const { ino } = statSync(temporary, { bigint: true })
  renameSync(temporary, target)
  return { path: target, inode: ino }
}

/** Remove the path if it is still ours. */
export function releasePath(owned: OwnedPath): void {
  const found = lstatSync(owned.path, { bigint: true, throwIfNoEntry: false })
  if (found?.ino !== owned.inode) return
  try {
    unlinkSync(owned.path)
  } catch {
    // Somebody else was faster, or the folder is gone or read-only: there is nothing to release.
  }
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

function inUse(message: string): Error {
  return Object.assign(new Error(message), { code: 'EADDRINUSE' })
}
