import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import process from 'node:process'

/** Descriptors kept back for everything that is not a connection: files, DNS, a log. */
export const reservedDescriptors = 64

/** How many file descriptors this process may have open; `Infinity` where that cannot be known. */
export function descriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    if (line !== null) return line[1] === 'unlimited' ? Infinity : Number(line[1])
  } catch {
    // Not Linux, or no /proc: ask the runtime.
  }
  return reportedLimit()
}

/** How many file descriptors this process has open; 0 where that cannot be known. */
export function openDescriptors(): number {
  for (const folder of ['/proc/self/fd', '/dev/fd']) {
    try {
      // One of them is the listing's own.
      return readdirSync(folder).length - 1
    } catch {
      // Try the next.
    }
  }
  return 0
}

/** Connections of all servers of this process, and how many there may be. */
const shared = { used: 0, most: Infinity }

/** What one server uses of the descriptors that all servers of this process share. */
export class DescriptorShare {
  #used = 0
  #isCounted = false

  /** The most connections it may have now: what the others have is not there for it. */
  get limit(): number {
    return this.#isCounted ? Math.max(0, shared.most - (shared.used - this.#used)) : Infinity
  }

  /** Leave room for what is open now, and for the `endpoints` that are about to be. */
  reserve(endpoints: number): void {
    const others = openDescriptors() + endpoints - shared.used
    shared.most = Math.max(1, descriptorLimit() - others - reservedDescriptors)
    this.#isCounted = true
  }

  /** It has so many connections now. */
  use(count: number): void {
    if (!this.#isCounted) return
    shared.used += count - this.#used
    this.#used = count
  }
}

/** The path an inherited Unix socket is bound to; undefined where that cannot be known. */
export function boundPath(fd: number): string | undefined {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]
    // Num: RefCount Protocol Flags Type St Inode Path (proc(5))
    const line = new RegExp(`^\\S+: (?:\\S+\\s+){5}${inode} (.+)$`, 'm')
    return line.exec(readFileSync('/proc/net/unix', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

function reportedLimit(): number {
  try {
    const report = process.report.getReport() as {
      userLimits?: { open_files?: { soft?: number | string } }
    }
    const soft = report.userLimits?.open_files?.soft
    return typeof soft === 'number' ? soft : Infinity
  } catch {
    return Infinity
  }
}
