import { setTimeout as sleep } from 'node:timers/promises'
import { NotPermitted } from './not-permitted.js'
import { Program, type ProgramOptions } from './program.js'

/** Milliseconds; it ends only what would hang. */
const patience = 180_000

/** Where one fault happens: what it starts ends with it, and what it expects is kept. */
export class Stage {
  /** Whether this is the version for `npm test`: the same events, fewer and sooner. */
  readonly short: boolean
  /** What did not hold. */
  readonly failures: string[] = []
  readonly #say: (text: string) => void
  readonly #abort: AbortController = new AbortController()
  readonly #cleanups: (() => unknown)[] = []

  constructor(short: boolean, say: (text: string) => void) {
    this.short = short
    this.#say = say
  }

  /** Fires when the run is interrupted. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Tell whoever watches how far it is. */
  say(text: string): void {
    this.#say(text)
  }

  /** Note what does not hold. */
  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.failures.push(otherwise)
  }

  /** Do this at the end, whatever happens; the last one first. */
  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup)
  }

  /** Start a program of `programs/`; it ends with the fault. */
  async start(name: string, options: ProgramOptions = {}): Promise<Program> {
    const program = new Program(name, options)
    this.defer(() => program.stop())
    await program.ready
    return program
  }

  /** Wait. */
  async pause(milliseconds: number): Promise<void> {
    // Not AbortSignal.any with a timeout: Node.js 20 may collect it, and then nobody is ever woken.
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => {
      this.signal.throwIfAborted()
    })
  }

  /** Wait until it holds, however slow the machine is; what never will is noted as a failure. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<boolean> {
    const end = performance.now() + patience
    for (;;) {
      if (await holds()) return true
      if (performance.now() > end) {
        this.expect(false, `${what}: not within ${patience / 1000} s`)
        return false
      }
      await this.pause(20)
    }
  }

  /** This machine does not let the fault happen. */
  skip(why: string): never {
    throw new NotPermitted(why)
  }

  /** Break off whatever waits. */
  interrupt(): void {
    this.#abort.abort(new Error('interrupted'))
  }

  /** Clean up. */
  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) {
      try {
        await cleanup()
      } catch (error) {
        this.expect(false, `cleaning up: ${String(error)}`)
      }
    }
  }
}
