import { Worker } from 'node:worker_threads'
import { CommandError } from '../../failure.js'
import type { FromThread } from './messages.js'
import type { RuleCase, Verdict } from './rule.js'

/** Milliseconds that loading a module may take. */
const loadLimit = 10_000
/** Milliseconds that the rules may take for one message. */
const judgeLimit = 1_000
/** Megabytes of the rules' own heap. */
const mostMemory = 256

/** A rule broke: it threw, or did not come to its end. */
export class RuleError extends CommandError {
  /** Without what to do about it. */
  readonly what: string

  constructor(message: string) {
    const what = `--rules: ${message}`
    super(what, 'correct the file')
    this.what = what
    this.name = 'RuleError'
  }
}

/** A thread in which the rules of a module run, one message after the other. */
export class RulesThread {
  readonly #worker: Worker
  #settle: ((said: FromThread) => void) | undefined
  #fail: ((error: RuleError) => void) | undefined
  #isOver = false

  private constructor(url: string) {
    this.#worker = new Worker(new URL('./rules-worker.js', import.meta.url), {
      workerData: { url },
      stdout: true,
      resourceLimits: { maxOldGenerationSizeMb: mostMemory },
    })
    // What rules print must not come between the rows of the display.
    this.#worker.stdout.on('data', (bytes: Uint8Array) => void process.stderr.write(bytes))
    this.#worker.on('message', (said: FromThread) => this.#settle?.(said))
    this.#worker.on('error', (error: Error) => this.#end(error.message))
    this.#worker.on('exit', () => this.#end('the thread of the rules has ended'))
  }

  /**
   * Load a module.
   *
   * @returns rejects with RuleError: what is wrong, in which line
   */
  static async load(url: string): Promise<RulesThread> {
    const thread = new RulesThread(url)
    try {
      const said = await thread.#wait(loadLimit, 'loading it')
      if (said.kind === 'failed') throw new RuleError(said.message)
      return thread
    } catch (error) {
      thread.close()
      throw error
    }
  }

  /** Whether it judges nothing any more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /**
   * Judge a message; the one before must have been judged.
   *
   * @returns rejects with RuleError; when the rules did not come to their end, the thread is over
   */
  async judge(given: RuleCase): Promise<Verdict> {
    const waiting = this.#wait(judgeLimit, 'a rule')
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(given)
    const said = await waiting
    if (said.kind === 'verdict') return said.verdict
    throw new RuleError(said.kind === 'threw' ? said.message : 'the rules are out of step')
  }

  close(): void {
    this.#isOver = true
    void this.#worker.terminate()
  }

  #wait(limit: number, what: string): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new RuleError('the thread of the rules has ended'))
        return
      }
      const timer = setTimeout(() => {
        this.close()
        this.#end(`${what} took longer than ${limit} ms`)
      }, limit)
      const done = (): void => {
        clearTimeout(timer)
        this.#settle = undefined
        this.#fail = undefined
      }
      this.#settle = (said) => {
        done()
        resolve(said)
      }
      this.#fail = (error) => {
        done()
        reject(error)
      }
    })
  }

  #end(why: string): void {
    this.#isOver = true
    this.#fail?.(new RuleError(why))
  }
}
