import { randomInt } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, statSync, unlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { groupId, userId } from './accounts.js'
import { identify, putSocket, type StaleSocket } from './unix-claim.js'
import { isOwned, longestPath, type UnixEndpoint } from './unix-endpoint.js'

/**
 * A Unix socket is bound under a temporary name in the same folder and moved, so that the path never
 * names a socket without a listener, a stale file is replaced in one step, and a live server's is not. One with a mode or an owner of its own is bound in a folder that no other user may enter, and
 * gets them there: not even for a moment can another user connect.
 */

/** A bound path that is ours: remembered by inode, since another process may have replaced it meanwhile. */
export interface OwnedPath {
  readonly path: string
  readonly inode: bigint
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
const usualLength = 7
const mostTries = 200
/** The socket in its private folder. */
const inFolder = '/s'
const encoder = new TextEncoder()

/** Where a socket is bound before it is where it belongs. */
export interface Place {
  readonly path: string
  /** Make the socket that was bound there what it is to be. */
  settle(): void
  /** Remove what is left. */
  clear(): void
}

/**
 * A free place beside the endpoint's path.
 *
 * @throws an `EADDRINUSE` error when every name that fits is taken, an `ENOUSER` or `ENOGROUP` error
 *   when its owner or group does not exist
 */
export function findPlace(endpoint: UnixEndpoint): Place {
  const { path: target, mode, owner, group } = endpoint
  if (!isOwned(endpoint)) return { path: freeName(target, 0), settle: nothing, clear: nothing }
  const [uid, gid] = [userId(owner), groupId(group)]
  const folder = freeName(target, inFolder.length)
  mkdirSync(folder, 0o700)
  const bound = folder + inFolder
  return {
    path: bound,
    settle() {
      if (owner !== undefined || group !== undefined) chownSync(bound, uid, gid)
      if (mode !== undefined) chmodSync(bound, mode)
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * @returns the stale socket at `target`; undefined when nothing is there
 * @throws an `EADDRINUSE` error when a server listens at `target`, an `EEXIST` error when something
 *   lies there that is no socket and must not be replaced, an `ENOENT` error when there is no
 *   folder for it
 */
export async function assertReplaceable(target: string): Promise<StaleSocket | undefined> {
  const found = lstatSync(target, { throwIfNoEntry: false })
  if (found === undefined) {
    // libuv would call a missing folder a missing permission.
    statSync(path.dirname(target))
    return undefined
  }
  if (!found.isSocket()) throw coded('EEXIST', `${target} exists and is no socket`)
  const socket = identify(target)
  if (await isListenedAt(target)) throw coded('EADDRINUSE', `a server listens at ${target}`)
  return socket
}

/**
 * Put the socket that was bound at `place` where it belongs.
 *
 * @param stale what `assertReplaceable` found
 * @throws an `EADDRINUSE` error when another server was faster
 */
export function claimPath(place: Place, target: string, stale: StaleSocket | undefined): OwnedPath {
  place.settle()
  const { ino } = statSync(place.path, { bigint: true })
  putSocket(place.path, target, stale)
  return { path: target, inode: ino }
}

/** Remove the path if it is still ours. */
export function releasePath(owned: OwnedPath): void {
  try {
    const found = lstatSync(owned.path, { bigint: true, throwIfNoEntry: false })
    if (found?.ino === owned.inode) unlinkSync(owned.path)
  } catch {
    // Another process was faster, or the folder is gone or closed to us: there is nothing to release.
  }
}

/**
 * A free name in the folder of `target`, so short that it fits, with `more` bytes behind it, where
 * the target itself just does: Node.js cuts a longer path off without a word and binds something
 * else.
 */
function freeName(target: string, more: number): string {
  // Without a folder in front, a name of digits would be a port to Node.js: `.338728`.
  const folder = target.slice(0, target.lastIndexOf('/') + 1) || './'
  const length = Math.min(usualLength, longestPath - encoder.encode(folder).length - more)
  if (length < 1) {
    const text = `a Unix socket's path may have ${longestPath} bytes, and to set its mode or owner in private this one has to be shorter by ${1 - length}`
    throw coded('ENAMETOOLONG', text)
  }
  for (let tries = 0; tries < mostTries; tries += 1) {
    let name = length > 1 ? '.' : ''
    while (name.length < length) name += letters.charAt(randomInt(letters.length))
    const found = folder + name
    if (found !== target && !exists(found)) return found
  }
  throw coded('EADDRINUSE', `no temporary name beside ${target} is free`)
}

function exists(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false }) !== undefined
}

function isListenedAt(target: string): Promise<boolean> {
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

function nothing(): void {}
