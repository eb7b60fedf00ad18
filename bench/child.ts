import { spawn, type ChildProcess } from 'node:child_process'

/** A program with its arguments. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

/** Time to end in good order, which includes writing a profile. */
const grace = 2000
/** No request takes longer than this, so that a bench that hangs ends, and says where. */
const longestAnswer = 120_000

const running = new Set<Child>()
let stopping = false

/** A process of the bench that answers requests; see `control.ts` for the protocol. */
export class Child {
  readonly #process: ChildProcess
  readonly #name: string
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = []
  readonly #exited: Promise<void>
  #rest = ''
  #ended: Error | undefined

  private constructor(name: string, { program, args }: Command) {
    this.#name = name
    this.#process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    running.add(this)
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    // A write to a process that has just ended; its exit says more.
    this.#process.stdin?.on('error', () => {})
    this.#exited = new Promise((resolve) => {
      const finish = (what: string): void => {
        running.delete(this)
        this.#ended = new Error(`${name} ${what}`)
        for (const { reject } of this.#waiting.splice(0)) reject(this.#ended)
        resolve()
      }
      this.#process.on('error', (error) => finish(`did not start: ${error.message}`))
      this.#process.on('exit', (code, signal) => finish(`ended early (${signal ?? code})`))
    })
  }

  /** Start a process and wait for its first line. */
  static async start(name: string, command: Command): Promise<{ child: Child; first: unknown }> {
    if (stopping) throw new Error(`${name} was not started: the bench is ending`)
    const child = new Child(name, command)
    return { child, first: await child.#answer('start') }
  }

  /** Ask for something and wait for the answer. */
  async ask(request: string, argument?: unknown): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended
    const line = argument === undefined ? request : `${request} ${JSON.stringify(argument)}`
    this.#process.stdin?.write(`${line}\n`)
    return this.#answer(request)
  }

  /** End the process and wait until it is gone. */
  async stop(): Promise<void> {
    this.#process.stdin?.end()
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), grace)
    await this.#exited
    clearTimeout(timer)
  }

  #answer(request: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.#name}: no answer to "${request}" in ${longestAnswer / 1000} s`))
      }, longestAnswer)
      this.#waiting.push({
        resolve: (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      })
    })
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      const answer = JSON.parse(line) as { value?: unknown; error?: string }
      const waiting = this.#waiting.shift()
      if (answer.error === undefined) waiting?.resolve(answer.value)
      else waiting?.reject(new Error(`${this.#name}: ${answer.error}`))
    }
  }
}

/** End every process that is still running, and start no other. */
export async function stopAll(): Promise<void> {
  stopping = true
  await Promise.all([...running].map((child) => child.stop()))
}
