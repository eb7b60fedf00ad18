import { stat, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../../failure.js'
import type { RuleCase, Verdict } from './rule.js'
import { RuleError, RulesThread } from './rules-thread.js'

/** How often the file is looked at, in ms. */
const lookEvery = 250

/** What happens to a file of rules. */
export interface RulesEvents {
  /** It was read again. */
  reloaded(): void
  /** It was changed, and cannot be read as it is: the rules from before stay. */
  failed(message: string): void
}

/** The rules of a file, read again whenever it changes. */
export class RulesFile {
  readonly #path: string
  readonly #events: RulesEvents
  readonly #closed = new AbortController()
  #thread: RulesThread | undefined
  #timer: NodeJS.Timeout | undefined
  /** The file as it was before it was read. */
  #seen: string
  #isLooking = false
  /** It is being read again; `again` when it was changed meanwhile. */
  #reading: 'once' | 'again' | undefined
  /** Messages are judged one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  readonly #listeners = new Set<() => void>()

  private constructor(path: string, events: RulesEvents, seen: string) {
    this.#path = path
    this.#events = events
    this.#seen = seen
  }

  /** @returns rejects with UsageError for a file that is not there, or is wrong */
  static async open(path: string, events: RulesEvents): Promise<RulesFile> {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isFile() !== true) {
      throw new UsageError(`--rules: there is no file ${path}`, 'check its name')
    }
    const file = new RulesFile(path, events, describe(stats))
    try {
      file.#thread = await file.#load()
    } catch (error) {
      file.close()
      if (!(error instanceof RuleError)) throw error
      throw new UsageError(error.what, 'correct the file')
    }
    // Not with `fs.watchFile`, which misses what changes before its own first look.
    file.#timer = setInterval(() => file.#look(), lookEvery).unref()
    return file
  }

  /** @returns rejects with RuleError when a rule threw, or did not come to its end */
  judge(given: RuleCase): Promise<Verdict> {
    return this.#inTurn((thread) => thread.judge(given))
  }

  /**
   * Whether a reply agrees to begin TLS.
   *
   * @param agreed undefined where whatever is said does
   * @returns rejects as `judge` does
   */
  agrees(reply: Uint8Array, agreed: RegExp | undefined): Promise<boolean> {
    if (agreed === undefined) return Promise.resolve(true)
    return this.#inTurn((thread) => thread.agrees(reply, agreed))
  }

  /** Call back once when the rules are changed. @returns ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#closed.abort()
    this.#thread?.close()
  }

  get #url(): string {
    return pathToFileURL(resolve(this.#path)).href
  }

  #load(): Promise<RulesThread> {
    return RulesThread.load(this.#url, this.#closed.signal)
  }

  #inTurn<Result>(work: (thread: RulesThread) => Promise<Result>): Promise<Result> {
    const done = this.#last.then(async () => {
      // The last one was ended in the middle of a message.
      if (this.#thread?.isOver !== false) this.#thread = await this.#load()
      return work(this.#thread)
    })
    this.#last = done.catch(() => undefined)
    return done
  }

  #look(): void {
    // A slow disk is not asked again before it has replied.
    if (this.#isLooking) return
    this.#isLooking = true
    stat(this.#path, (error, stats) => {
      this.#isLooking = false
      const now = describe(error === null ? stats : undefined)
      if (this.#closed.signal.aborted || now === this.#seen) return
      this.#seen = now
      this.#changed()
    })
  }

  /** One after the other, and the last state last: a module may take long to load. */
  #changed(): void {
    if (this.#reading !== undefined) {
      this.#reading = 'again'
      return
    }
    this.#reading = 'once'
    void this.#reload().then(() => {
      const isStale = this.#reading === 'again'
      this.#reading = undefined
      if (isStale && !this.#closed.signal.aborted) this.#changed()
    })
  }

  async #reload(): Promise<void> {
    try {
      const thread = await this.#load()
      // What is being judged is judged to its end.
      this.#last = this.#last.then(() => {
        this.#thread?.close()
        this.#thread = thread
      })
      await this.#last
      const listeners = [...this.#listeners]
      this.#listeners.clear()
      for (const listener of listeners) listener()
      this.#events.reloaded()
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#events.failed((error as Error).message)
    }
  }
}

/** What tells whether it has changed. */
function describe(stats: Stats | undefined): string {
  return stats === undefined ? 'none' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`
}
