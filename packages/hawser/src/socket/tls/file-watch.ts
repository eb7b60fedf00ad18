import { type Stats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { clearInterval, setInterval } from 'node:timers'

/** Milliseconds between looks. */
const interval = 1_000

/** How files are now, as far as it tells whether they change: take it before they are read. */
export function takeSnapshot(files: readonly string[]): string {
  return files.map((file) => describe(look(file))).join()
}

/**
 * Looks at files from time to time. Polled, because certificates are often swapped by a link above
 * them, which inotify(7) misses; and not with `fs.watchFile`, which misses what changes before its
 * own first look. Keeps no process alive.
 */
export class FileWatch {
  readonly #files: readonly string[]
  readonly #changed: () => void
  readonly #timer: NodeJS.Timeout
  #seen: string
  #stopped = false
  #looking = false

  /**
   * @param seen a snapshot from before they were read
   * @param changed called whenever they differ from what was seen last
   */
  constructor(files: readonly string[], seen: string, changed: () => void) {
    this.#files = files
    this.#seen = seen
    this.#changed = changed
    this.#timer = setInterval(() => void this.#look(), interval)
    this.#timer.unref()
  }

  /** Look no more. */
  stop(): void {
    this.#stopped = true
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    // A slow disk is not asked again before it has answered.
    if (this.#looking) return
    this.#looking = true
    const stats = await Promise.all(this.#files.map((file) => stat(file).catch(() => undefined)))
    this.#looking = false
    const now = stats.map(describe).join()
    if (this.#stopped || now === this.#seen) return
    this.#seen = now
    this.#changed()
  }
}

function look(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    // The reader of the file says why it cannot be read.
    return undefined
  }
}

function describe(stats: Stats | undefined): string {
  return stats === undefined ? 'none' : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeMs}`
}
