import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** How a program is started. */
export interface ProgramOptions {
  /** For the program. */
  readonly args?: readonly string[]
  /** For Node.js. */
  readonly flags?: readonly string[]
  /** What starts it: `['bash', '-c', 'ulimit -n 128 && exec "$@"', 'bash']`. Must `exec` at last. */
  readonly wrapper?: readonly string[]
  /** In place of one of `programs/`: this, with the arguments in front of it. */
  readonly file?: string
  readonly env?: NodeJS.ProcessEnv
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What a program is asked, and what it answers. */
export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** The memory of a process after a full collection, in bytes. */
export interface Memory {
  /** Live JavaScript heap. */
  readonly heap: number
  /** What the heap holds outside: buffers, sockets. */
  readonly external: number
  readonly arrayBuffers: number
  /** Resident pages of the process. */
  readonly rss: number
}

/** Milliseconds a program gets to answer: none is so slow, so a run that hangs ends and says where. */
const patience = 120_000
/** Milliseconds it gets to end by itself. */
const grace = 5_000

/** A process beside the script, asked through an IPC channel; when the channel closes it ends. */
export class Program {
  readonly name: string
  /** Fulfils with what it says first. */
  readonly ready: Promise<unknown>
  readonly exited: Promise<Ending>
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #lastId = 0
  #complaints = ''

  constructor(name: string, { args = [], flags = [], wrapper = [], file, env }: ProgramOptions) {
    this.name = name
    const path = file ?? fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url))
    const [program = '', ...rest] = [...wrapper, process.execPath, ...flags, path, ...args]
    this.#process = spawn(program, rest, {
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
      ...(env === undefined ? {} : { env }),
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-10_000)
    })
    this.ready = this.#answer(0, 'start')
    this.#process.on('message', (answer: Answer) => this.#waiting.get(answer.id)?.(answer))
    this.exited = new Promise((resolve) => {
      const finish = (ending: Ending, what: string): void => {
        const error = `${name} ${what}${this.#complaints === '' ? '' : `:\n${this.#complaints}`}`
        for (const [id, answer] of this.#waiting) answer({ id, error })
        resolve(ending)
      }
      this.#process.on('error', (error) => {
        finish({ code: null, signal: null }, `did not start: ${error.message}`)
      })
      this.#process.on('exit', (code, signal) => {
        finish({ code, signal }, `ended (${signal ?? code})`)
      })
    })
  }

  /** The number of its process. */
  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** What it wrote to its error output. */
  get complaints(): string {
    return this.#complaints
  }

  /** File descriptors it has open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length
  }

  /** Ask for something; rejects when it fails there, or when the program is gone. */
  ask<Value = unknown>(name: string, argument?: unknown): Promise<Value> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = this.#answer(id, name)
    const question: Question = { id, name, argument }
    this.#process.send(question, (error) => {
      if (error !== null) this.#waiting.get(id)?.({ id, error: error.message })
    })
    return answer as Promise<Value>
  }

  /** Milliseconds of processor time it has used. */
  async cpu(): Promise<number> {
    return this.ask<number>('cpu')
  }

  /** What it holds after a full collection; needs `--expose-gc`. */
  async memory(): Promise<Memory> {
    return this.ask<Memory>('memory')
  }

  /** Signal it. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** Let it end, and how it did. */
  async stop(): Promise<Ending> {
    if (this.#process.connected) this.#process.disconnect()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), grace)
    const ending = await this.exited
    clearTimeout(timer)
    return ending
  }

  #answer(id: number, question: string): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Error(`${this.name}: no answer to "${question}" in ${patience / 1000} s`))
      }, patience)
      this.#waiting.set(id, ({ value, error }) => {
        this.#waiting.delete(id)
        clearTimeout(timer)
        if (error === undefined) resolve(value)
        else reject(new Error(error))
      })
    })
    // Whoever asked may wait for something else first.
    answer.catch(() => {})
    return answer
  }
}
