import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { absent } from './absent.js'

const onlyOwner = 0o600
/** Milliseconds between two looks at a lock, and after which one that stays the same was left by a process that died. */
const lookInterval = 20
const deadAfter = 5_000

/** A lock that this process has, unless others took it for one that was left behind: a process that sleeps looks dead. */
export class Lock {
  readonly #path: string
  readonly #owner: string

  private constructor(path: string, owner: string) {
    this.#path = path
    this.#owner = owner
  }

  /** @returns undefined when others had it for all of `longest` milliseconds; rejects with what the system says */
  static async take(path: string, longest: number): Promise<Lock | undefined> {
    const begun = performance.now()
    const owner = randomUUID()
    let seen = ''
    let since = begun
    for (;;) {
      if (await isMade(path, owner)) return new Lock(path, owner)
      const now = performance.now()
      const found = await identify(path)
      if (found !== seen) {
        seen = found
        since = now
      } else if (found !== '' && now - since >= deadAfter) await removeDead(path, found)
      if (now - begun >= longest) return undefined
      await pause(lookInterval)
    }
  }

  async isHeld(): Promise<boolean> {
    const { size } = (await stat(this.#path).catch(absent)) ?? { size: 0 }
    if (size !== this.#owner.length) return false
    return (await readFile(this.#path, 'latin1').catch(absent)) === this.#owner
  }

  /** Never rejects. That of another process stays. */
  async release(): Promise<void> {
    try {
      if (await this.isHeld()) await rm(this.#path, { force: true })
    } catch {
      // Others find it, and that it is dead.
    }
  }
}

/** @returns false when there is one */
async function isMade(path: string, owner: string): Promise<boolean> {
  const file = await open(path, 'wx', onlyOwner).catch(taken)
  if (file === undefined) return false
  try {
    await file.writeFile(owner)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return true
}

function taken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error
}

/**
 * Of several that find a dead lock, one moves it. Another one may have taken its place meanwhile: that is put back, and whose
 * it is finds out before it writes if a third one was faster.
 */
async function removeDead(path: string, dead: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
    if ((await identify(aside)) !== dead) await link(aside, path)
  } catch {
    // Another one was faster.
  } finally {
    await rm(aside, { force: true })
  }
}

/** Another one of the same name is told from it. */
async function identify(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch(absent)
  return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs}`
}
