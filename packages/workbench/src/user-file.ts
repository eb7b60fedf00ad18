import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const onlyOwner = 0o600
const onlyOwnerFolder = 0o700
/** Milliseconds between two looks at a lock, and after which one that stays the same was left by a process that died. */
const lookInterval = 20
const deadAfter = 5_000
/** Milliseconds that others may take together. */
const longestWait = 30_000

/**
 * A file that the workbenches of a user share, for that user only. It is there as a whole or not at all, and no
 * workbench writes over what another one wrote unseen.
 */
export class UserFile {
  readonly path: string
  readonly #most: number
  /** What this process writes is written one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  /** @param most bytes that it may have */
  constructor(path: string, most: number) {
    this.path = path
    this.#most = most
  }

  /** @returns undefined where there is none; rejects with what the system says, and for what is no file or too large */
  async read(): Promise<string | undefined> {
    // What is put in its place may be a pipe that never ends.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
    const file = await open(this.path, flags).catch(absent)
    if (file === undefined) return undefined
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw new Error(`${this.path} is no file`)
      if (stats.size > this.#most) throw new Error(`${this.path} has ${stats.size} bytes`)
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  }

  /**
   * Write it anew. Other processes wait meanwhile.
   *
   * @param change makes the text, of what it reads now
   * @returns rejects with what the system says, and with what `change` throws: then it stays as it was
   */
  update(change: () => string | Promise<string>): Promise<void> {
    const turn = this.#last.then(() => this.#update(change))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #update(change: () => string | Promise<string>): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: onlyOwnerFolder })
    const lock = `${this.path}.lock`
    await this.#lock(lock)
    try {
      await this.#replace(await change())
    } finally {
      await rm(lock, { force: true }).catch(() => undefined)
    }
  }

  async #lock(lock: string): Promise<void> {
    const begun = performance.now()
    let seen = ''
    let since = begun
    for (;;) {
      if (await isMade(lock)) return
      const now = performance.now()
      const found = await identify(lock)
      if (found !== seen) {
        seen = found
        since = now
      } else if (now - since >= deadAfter) await rm(lock, { force: true })
      if (now - begun >= longestWait) {
        throw new Error(`others have been writing ${this.path} for ${longestWait} ms`)
      }
      await pause(lookInterval)
    }
  }

  async #replace(text: string): Promise<void> {
    const temporary = `${this.path}.${randomUUID()}`
    try {
      const file = await open(temporary, 'wx', onlyOwner)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, this.path)
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }
}

async function isMade(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', onlyOwner)).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Another one of the same name is told from it. */
async function identify(lock: string): Promise<string> {
  const stats = await stat(lock, { bigint: true }).catch(absent)
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs}`
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
