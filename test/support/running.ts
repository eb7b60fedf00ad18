import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { ROOT } from './programs.js'

/** Milliseconds until a program that does not print what it should is given up. */
const patience = 60_000

/** How a program ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A program that runs beside the test: read as it prints, typed to, and ended with the test. */
export class Running {
  readonly ended: Promise<Ending>
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting = new Set<() => void>()
  #over = false
  #printed = ''
  #complained = ''

  /** Starts it in a process group of its own, so that what it starts ends with it. */
  constructor(program: string, args: readonly string[], cwd: string = ROOT) {
    this.#child = spawn(program, args, { cwd, detached: true })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text
      this.#look()
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complained += text
      this.#look()
    })
    // What is typed to a program that has ended goes nowhere.
    this.#child.stdin.on('error', () => {})
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => {
        this.#over = true
        this.#look()
        resolve({ code, signal })
      })
    })
    onTestFinished(() => this.#stop())
  }

  /** What it has printed. */
  get printed(): string {
    return this.#printed
  }

  /** What it has written to its error output. */
  get complained(): string {
    return this.#complained
  }

  /** Waits until it has printed this, and fails when it does not. */
  prints(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#waitFor(pattern, () => this.#printed)
  }

  /** Waits until it has written this to its error output, and fails when it does not. */
  complains(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#waitFor(pattern, () => this.#complained)
  }

  async #waitFor(pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#look()
    }, patience)
    try {
      for (;;) {
        const found = pattern.exec(text())
        if (found !== null) return found
        if (this.#over || late) {
          const how = late ? `printed no ${pattern} in ${patience} ms` : `ended without ${pattern}`
          throw new Error(`${how}:\n${this.#printed}\n${this.#complained}`)
        }
        await new Promise<void>((resolve) => this.#waiting.add(resolve))
      }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Types this to it. */
  type(text: string): void {
    this.#child.stdin.write(text)
  }

  /** Types end-of-input to it. */
  finish(): void {
    this.#child.stdin.end()
  }

  /** What Ctrl-C does, and how it ended. */
  interrupt(): Promise<Ending> {
    this.#child.kill('SIGINT')
    return this.ended
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Sends it a signal that it handles. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Ends it without asking, and how it ended. */
  kill(): Promise<Ending> {
    this.#child.kill('SIGKILL')
    return this.ended
  }

  #look(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  async #stop(): Promise<void> {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The group is gone: it ended by itself.
    }
    await this.ended
  }
}
