import { lstatSync, mkdtempSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { lifePath, pipePrefix } from '../wire/layout.js'

const prefix = 'hawser-inspect-'
const folderName = /^hawser-inspect-(?<pid>\d{1,10})-[A-Za-z0-9]{6}$/
const socketName = 'tap'
/** What the path of a Unix socket may have: 107 on Linux, 103 on macOS. */
const longestPath = 103

/** A folder of this process, which only its user may enter, for the socket that programs report to. */
export interface SocketFolder {
  readonly socket: string
  /** Delete it. May be called again. */
  remove(): void
}

/** Make one (mode 0700), and delete those of inspectors that were killed. */
export function createFolder(): SocketFolder {
  const parent = parentFolder()
  sweep(parent)
  const folder = mkdtempSync(path.join(parent, `${prefix}${process.pid}-`))
  const remove = (): void => {
    process.off('exit', remove)
    removeFolder(folder)
  }
  process.on('exit', remove)
  return { socket: path.join(folder, socketName), remove }
}

/** Where the system keeps such, unless the path of a socket there would be too long. */
function parentFolder(): string {
  const usual = tmpdir()
  const longest = path.join(usual, `${prefix}9999999999-ABCDEF`, socketName)
  return longest.length <= longestPath || process.platform === 'win32' ? usual : '/tmp'
}

/** Of this user's alone, and only where no process has the number of its maker. */
function sweep(parent: string): void {
  for (const name of namesIn(parent)) {
    const pid = folderName.exec(name)?.groups?.['pid']
    if (pid === undefined || isAlive(Number(pid))) continue
    const folder = path.join(parent, name)
    if (isOurs(folder)) removeFolder(folder)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** A link that another user put there leads elsewhere. */
function isOurs(folder: string): boolean {
  try {
    const stats = lstatSync(folder)
    return stats.isDirectory() && stats.uid === process.getuid?.()
  } catch {
    return false
  }
}

/** Nothing but the socket and its pipes is deleted: a folder with anything else in it stays. */
function removeFolder(folder: string): void {
  const socket = path.join(folder, socketName)
  const pipes = namesIn(folder)
    .map((name) => path.join(folder, name))
    .filter((file) => file.startsWith(pipePrefix(socket)))
  for (const file of [socket, lifePath(socket), ...pipes]) {
    try {
      unlinkSync(file)
    } catch {
      // The library deletes its socket when it stops listening, and a thread its pipe when it takes it.
    }
  }
  try {
    rmdirSync(folder)
  } catch {
    // Another inspector was faster, or something else is in it.
  }
}
