import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { absent } from './absent.js'
import { Lock } from './lock.js'

const onlyOwner = 0o600
const onlyOwnerFolder = 0o700
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
   * @param change makes the text, of what it reads now; asked again when others wrote because this process slept
   * @returns rejects with what the system says, and with what `change` throws: then it stays as it was
   */
  update(change: () => string | Promise<string>): Promise<void> {
    const turn = this.#last.then(() => this.#update(change))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #update(change: () => string | Promise<string>): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: onlyOwnerFolder })
    const begun = performance.now()
    for (;;) {
      const left = longestWait - (performance.now() - begun)
      const lock = await Lock.take(`${this.path}.lock`, left)
      if (lock === undefined) {
        throw new Error(`others have been writing ${this.path} for ${longestWait} ms`)
      }
      try {
        if (await this.#replace(await change(), lock)) return
      } finally {
        await lock.release()
      }
    }
  }

  /** @returns false when others have the lock: they may have written */
  async #replace(text: string, lock: Lock): Promise<boolean> {
    const temporary = `${this.path}.${randomUUID()}`
    try {
      const file = await open(temporary, 'wx', onlyOwner)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      if (!(await lock.isHeld())) return false
      await rename(temporary, this.path)
      return true
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }
}
