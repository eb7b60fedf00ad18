import { linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import path from 'node:path'

/**
 * Put a socket at a path that several processes may want at once, so that exactly one gets it. A free
 * path is taken by link(2), which never replaces anything. A stale socket may be replaced only by the
 * one that has linked it to a name made of its inode, which one process can do. The others find the
 * name taken or, later, another socket at the path.
 */

/** A socket on which no process listens. Inodes are used again, so its time belongs to it. */
export interface StaleSocket {
  readonly inode: bigint
  readonly madeAt: bigint
}

/** Milliseconds after which a claim was abandoned: it is held for a few system calls. */
const longestClaim = 2_000
/** How link(2) says that this folder, or this file of another user, cannot be linked. */
const unlinkable = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EINVAL'])

/** What is at a path, to recognise it again. */
export function identify(target: string): StaleSocket | undefined {
  const found = lstatSync(target, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? undefined : { inode: found.ino, madeAt: found.mtimeNs }
}

/**
 * @param stale what may be replaced; undefined when nothing was there
 * @throws an `EADDRINUSE` error when another server was faster
 */
export function putSocket(from: string, target: string, stale: StaleSocket | undefined): void {
  if (stale !== undefined && replaceStale(from, target, stale)) return
  const code = tryLink(from, target)
  if (code === undefined) unlinkSync(from)
  else if (!unlinkable.has(code) || identify(target) !== undefined) throw taken(target)
  else renameSync(from, target)
}

/** @returns false when there is nothing at the path any more */
function replaceStale(from: string, target: string, stale: StaleSocket): boolean {
  const claims = claim(target, stale)
  if (claims === undefined) return false
  try {
    const found = identify(target)
    if (found === undefined) return false
    if (found.inode !== stale.inode || found.madeAt !== stale.madeAt) throw taken(target)
    renameSync(from, target)
    return true
  } finally {
    for (const name of claims) remove(name)
  }
}

/**
 * @returns the claim, and those of processes that were killed while they had it; undefined when there
 *   is nothing to claim
 * @throws an `EADDRINUSE` error when another process has it
 */
function claim(target: string, { inode }: StaleSocket): string[] | undefined {
  const claims: string[] = []
  for (;;) {
    const name = path.join(path.dirname(target), `.${inode.toString(36)}.${claims.length}`)
    const code = tryLink(target, name)
    if (code === 'ENOENT') return undefined
    // Where there are no links, nothing is better than what is seen now.
    if (code !== undefined && unlinkable.has(code)) return claims
    if (code === 'EEXIST' && !isAbandoned(name)) throw taken(target)
    claims.push(name)
    if (code === undefined) return claims
  }
}

/** Whether it was linked so long ago that its process must be gone. */
function isAbandoned(name: string): boolean {
  const found = lstatSync(name, { throwIfNoEntry: false })
  return found !== undefined && Math.abs(Date.now() - found.ctimeMs) > longestClaim
}

/** @returns the error's code */
function tryLink(from: string, to: string): string | undefined {
  try {
    linkSync(from, to)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT' || unlinkable.has(code ?? '')) return code
    throw error
  }
}

function remove(name: string): void {
  try {
    unlinkSync(name)
  } catch {
    // Another one has removed it.
  }
}

function taken(target: string): Error {
  const error = new Error(`another server listens at ${target} since a moment ago`)
  return Object.assign(error, { code: 'EADDRINUSE' })
}
