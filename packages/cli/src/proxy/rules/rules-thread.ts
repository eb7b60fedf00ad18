import { Worker } from 'node:worker_threads'
import { CommandError } from '../../failure.js'
import type { FromThread, ToThread } from './messages.js'
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

function outOfStep(said: FromThread): RuleError {
  return new RuleError(said.kind === 'threw' ? said.message : 'the rules are out of step')
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
   * @param signal gives it up
   * @returns rejects with RuleError: what is wrong, in which line
   */
  static async load(url: string, signal: AbortSignal): Promise<RulesThread> {
    if (signal.aborted) throw new RuleError('the thread of the rules has ended')
    const thread = new RulesThread(url)
    const giveUp = (): void => thread.close()
    signal.addEventListener('abort', giveUp)
    try {
      const said = await thread.#wait(loadLimit, 'loading it')
      if (said.kind === 'failed') throw new RuleError(said.message)
      return thread
    } catch (error) {
      thread.close()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
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
    const said = await this.#ask({ kind: 'judge', given })
    if (said.kind === 'verdict') return said.verdict
    throw outOfStep(said)
  }

  /**
   * Whether a reply agrees to begin TLS: the expression is a rule's, and may take for ever.
   *
   * @returns as `judge` does
   */
  async agrees(reply: Uint8Array, agreed: RegExp): Promise<boolean> {
    const said = await this.#ask({ kind: 'agrees', reply, agreed })
    if (said.kind === 'agrees') return said.agrees
    throw outOfStep(said)
  }

  close(): void {
    this.#isOver = true
    void this.#worker.terminate()
  }

  #ask(asked: ToThread): Promise<FromThread> {
    const waiting = this.#wait(judgeLimit, 'a rule')
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(asked)
    return waiting
  }

  #wait(limit: number, what: string): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new RuleError('the thread of the rules has ended'))
        return
      }
      let isOver = false
      const timer = setTimeout(() => {
        // What it has said is heard first: it may be this process that was held up.
        setImmediate(() => {
          if (isOver) return
          this.close()
          this.#end(`${what} took longer than ${limit} ms`)
        })
      }, limit)
      const done = (): void => {
        isOver = true
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
