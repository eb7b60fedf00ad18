import { createContext, Script } from 'node:vm'
import { processorTime, Slowness } from './slowness.js'
import { WorkbenchError } from '../workbench-error.js'

/** Milliseconds that an expression may take for one message: all that runs in the process waits for it. */
const limit = 250
/** Times that it is looked again where it was not the expression that took them. */
const mostTries = 4

const script = new Script('regex.test(text)')
const finding = new Script(
  '(() => { const found = regex.exec(text); return found === null ? -1 : found.index + found[0].length })()',
)
/** One for all of them: each takes memory, and there may be very many rules. */
const context: { regex: RegExp | undefined; text: string } = { regex: undefined, text: '' }
createContext(context)

/** A regular expression that comes to its end. Each byte is a character, U+0000 to U+00FF, as `\xNN` says it. */
export class BoundedRegex {
  readonly #regex: RegExp
  readonly #slowness = new Slowness()

  /** @throws WorkbenchError for what is none */
  constructor(source: string) {
    try {
      this.#regex = new RegExp(source, 's')
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new WorkbenchError('WORKBENCH_INVALID', message, { cause })
    }
  }

  /** @returns undefined when it took too long, by itself or with those before, or is too large to be looked for */
  test(text: string): boolean | undefined {
    return this.#run(script, text) as boolean | undefined
  }

  /** @returns the character behind the first match; -1 when there is none, undefined as `test` does */
  findEnd(text: string): number | undefined {
    return this.#run(finding, text) as number | undefined
  }

  #run(look: Script, text: string): unknown {
    Object.assign(context, { regex: this.#regex, text })
    try {
      return this.#slowness.measure(text.length, () => runInTime(look))
    } catch {
      return undefined
    } finally {
      Object.assign(context, { regex: undefined, text: '' })
    }
  }
}

/** Of a busy machine, its time may be up before it has had the processor: then it is not the expression. */
function runInTime(look: Script): unknown {
  let had = 0
  for (let tries = 1; ; tries++) {
    const before = processorTime()
    try {
      return look.runInContext(context, { timeout: limit })
    } catch (error) {
      had += processorTime() - before
      const { code } = error as NodeJS.ErrnoException
      const isUp = code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      if (!isUp || tries === mostTries || had >= limit / 2) throw error
    }
  }
}
