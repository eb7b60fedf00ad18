import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds between two looks whether it is empty: at first, and at most. */
const firstInterval = 10
const longestInterval = 200
/** Milliseconds that the system may take to remove what was killed. */
const removal = 1_000

/** Those that are not known to be empty. */
const groups = new Set<ProcessGroup>()

function killAll(): void {
  for (const group of groups) group.kill('SIGKILL')
}

/** A program that leads a process group, with the children that stayed in it: kill(2), setsid(2). */
export class ProcessGroup {
  readonly #id: number
  #ending: Promise<void> | undefined

  /** @param id that of its leader. It is killed when this process ends before it. */
  constructor(id: number) {
    this.#id = id
    if (groups.size === 0) process.on('exit', killAll)
    groups.add(this)
  }

  /** @returns whether there is a process in it, which the signal was sent to */
  kill(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#id, signal)
    } catch {
      return false
    }
  }

  /**
   * Ask all of it to end, and make it.
   *
   * @param patience milliseconds that it may take to end when it is asked
   * @returns fulfils when it is empty, or the system does not remove what was killed
   */
  end(patience: number): Promise<void> {
    // Once it is empty, its number may be that of another one.
    return (this.#ending ??= this.#end(patience))
  }

  async #end(patience: number): Promise<void> {
    this.kill('SIGTERM')
    if (!(await this.#isEmpty(patience))) {
      this.kill('SIGKILL')
      await this.#isEmpty(removal)
    }
    groups.delete(this)
    if (groups.size === 0) process.off('exit', killAll)
  }

  async #isEmpty(patience: number): Promise<boolean> {
    let interval = firstInterval
    for (let left = patience; this.kill(0) && hasLiving(this.#id); left -= interval) {
      if (left <= 0) return false
      await delay(interval)
      interval = Math.min(interval * 2, longestInterval)
    }
    return true
  }
}

/**
 * A child whose parent has ended stays as a zombie where the first process waits for none, as in many containers: proc(5).
 *
 * @returns true where that cannot be known
 */
function hasLiving(group: number): boolean {
  if (process.platform !== 'linux') return true
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const [, state, of] =
        /.*\) (\S) \d+ (\d+) /s.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? []
      return Number(of) === group && state !== 'Z' && state !== 'X'
    } catch {
      // It has ended meanwhile.
      return false
    }
  })
}
