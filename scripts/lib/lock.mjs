import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT = 2_000
const SILENCE = 30_000

/**
 * Takes a lock file and returns the function that gives it back. A holder that died, or whose
 * heartbeat (the file's modification time) stopped for 30 s, loses the lock to the next in line.
 *
 * @param {string} path
 * @param {(pid: number) => void} onWait called once if another live process holds the lock
 * @returns {Promise<() => void>}
 */
export async function acquireLock(path, onWait) {
  // Linking a finished file makes lock and owner appear in one step: nobody reads an empty lock.
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    for (let waited = false; !tryLink(mine, path);) {
      const owner = readOwner(path)
      if (owner === undefined) continue
      if (!isAlive(owner, path)) {
        evict(path, `${mine}.stale`)
        continue
      }
      if (!waited) onWait(owner)
      waited = true
      await sleep(100)
    }
  } finally {
    rmSync(mine, { force: true })
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT)
  heartbeat.unref()
  return () => {
    clearInterval(heartbeat)
    if (readOwner(path) === process.pid) rmSync(path, { force: true })
  }
}

/** @param {string} from @param {string} to */
function tryLink(from, to) {
  try {
    linkSync(from, to)
    touch(to)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} path */
function readOwner(path) {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @param {number} pid @param {string} path */
function isAlive(pid, path) {
  try {
    process.kill(pid, 0)
    // The number may meanwhile belong to a stranger, who would not keep the file fresh.
    return Date.now() - statSync(path).mtimeMs < SILENCE
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * Moves a dead holder's lock aside. Two waiters may both find it dead, and the slower one would
 * then move the faster one's fresh lock: it looks at what it moved and puts a live one back.
 *
 * @param {string} path @param {string} aside
 */
function evict(path, aside) {
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const moved = readOwner(aside)
  if (moved !== undefined && isAlive(moved, aside)) tryLink(aside, path)
  rmSync(aside, { force: true })
}

/** @param {string} path */
function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
