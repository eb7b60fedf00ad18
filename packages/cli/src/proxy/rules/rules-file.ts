import { statSync, unwatchFile, watchFile } from 'node:fs'
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
  #thread: RulesThread | undefined
  /** Messages are judged one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  readonly #listeners = new Set<() => void>()

  private constructor(path: string, events: RulesEvents) {
    this.#path = path
    this.#events = events
  }

  /** @returns rejects with UsageError for a file that is not there, or is wrong */
  static async open(path: string, events: RulesEvents): Promise<RulesFile> {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new UsageError(`--rules: there is no file ${path}`, 'check its name')
    }
    const file = new RulesFile(path, events)
    try {
      file.#thread = await RulesThread.load(file.#url)
    } catch (error) {
      file.close()
      if (!(error instanceof RuleError)) throw error
      throw new UsageError(error.what, 'correct the file')
    }
    watchFile(path, { interval: lookEvery }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) void file.#reload()
    })
    return file
  }

  /** @returns rejects with RuleError when a rule threw, or did not come to its end */
  judge(given: RuleCase): Promise<Verdict> {
    const verdict = this.#last.then(() => this.#judgeNow(given))
    this.#last = verdict.catch(() => undefined)
    return verdict
  }

  /** Call back once when the rules are changed. @returns ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    unwatchFile(this.#path)
    this.#thread?.close()
  }

  get #url(): string {
    return pathToFileURL(resolve(this.#path)).href
  }

  async #judgeNow(given: RuleCase): Promise<Verdict> {
    // The last one was ended in the middle of a message.
    if (this.#thread?.isOver !== false) this.#thread = await RulesThread.load(this.#url)
    return this.#thread.judge(given)
  }

  async #reload(): Promise<void> {
    try {
      const thread = await RulesThread.load(this.#url)
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
      this.#events.failed((error as Error).message)
    }
  }
}
