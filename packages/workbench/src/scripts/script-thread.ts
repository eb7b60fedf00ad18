import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { forwardLines } from './forward-lines.js'
import {
  type FromScript,
  mostMemory,
  type ScriptAct,
  type ScriptConnection,
  type ToScript,
} from './script-act.js'
import type { ScriptCode } from './script-code.js'

/** Milliseconds that loading it may take, and before that the begin of its process: a busy machine begins many slowly. */
const loadLimit = 10_000
const beginLimit = 60_000
/** The compiled file, from the sources as well: a process cannot be begun with TypeScript. */
const program = fileURLToPath(new URL('../../dist/scripts/script-process.js', import.meta.url))

interface Call {
  readonly resolve: (acts: readonly ScriptAct[]) => void
  readonly reject: (error: Error) => void
  timer: NodeJS.Timeout | undefined
}

/** What a thread is made with. */
export interface ThreadOptions {
  readonly code: ScriptCode
  /** Milliseconds that a call may take. */
  readonly limit: number
  /** Something was printed. */
  readonly printed: (line: string) => void
}

/**
 * A thread in which a script runs, in a process of its own, so that the memory it takes is not that of the workbench. When
 * a call does not come to its end, neither does the thread.
 */
export class ScriptThread {
  readonly #process: ChildProcess
  readonly #limit: number
  readonly #calls = new Map<number, Call>()
  #lastCall = 0
  #isLoading = false
  #loadTimer: NodeJS.Timeout | undefined
  #loaded: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  #isOver = false
  #why = ''

  constructor({ code, limit, printed }: ThreadOptions) {
    this.#limit = limit
    this.#process = fork(program, {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    })
    const { stdout } = this.#process
    // There is none when there are too many open files.
    if (stdout) forwardLines([stdout], printed)
    this.#process.on('message', (said: unknown) => this.#take(said as FromScript))
    this.#process.on('error', ({ message }) => this.#end(message))
    this.#process.on('exit', (status, signal) => this.#end(describeEnd(status, signal)))
    this.#say({ code })
  }

  /** @returns rejects with what is wrong with the script */
  async loaded(): Promise<void> {
    this.#limitLoad('beginning its process', beginLimit)
    try {
      await new Promise<void>((resolve, reject) => {
        this.#loaded = { resolve, reject }
      })
    } finally {
      clearTimeout(this.#loadTimer)
      this.#loaded = undefined
    }
  }

  /** Whether it responds to nothing any more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Why it is over. */
  get why(): string {
    return this.#why
  }

  /** @returns rejects with what the script threw, or why it came to no end; `isOver` tells which */
  call(message: Uint8Array, connection: ScriptConnection): Promise<readonly ScriptAct[]> {
    if (this.#isOver) return Promise.reject(new Error(this.#why))
    const call = (this.#lastCall += 1)
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject, timer: undefined })
      this.#say({ call, message, connection })
    })
  }

  /** A connection is gone. */
  forget(connection: number): void {
    if (!this.#isOver) this.#say({ gone: connection })
  }

  /** @param why what is waited for rejects with */
  close(why: string): void {
    this.#end(why)
  }

  #take(said: FromScript): void {
    if (this.#isOver) return
    if (!isKnown(said)) this.#end('it said what it was not asked for')
    else if ('loading' in said) this.#loads()
    else if ('loaded' in said) this.#loaded?.resolve()
    else if ('failed' in said) this.#end(said.failed)
    else if ('begun' in said) this.#begin(said.begun)
    else this.#settle(said)
  }

  /** Its code may say so again and again: it is heard once. */
  #loads(): void {
    if (this.#isLoading || this.#loaded === undefined) return
    this.#isLoading = true
    this.#limitLoad('loading it', loadLimit)
  }

  #limitLoad(what: string, limit: number): void {
    clearTimeout(this.#loadTimer)
    // What it has said is heard first: it may be this process that was held up.
    const end = (): void => {
      if (this.#loaded !== undefined) this.#end(`${what} took longer than ${limit} ms`)
    }
    this.#loadTimer = setTimeout(() => setImmediate(end), limit)
  }

  /** From now on it is measured: what waited for others before is not its fault. */
  #begin(number: number): void {
    const call = this.#calls.get(number)
    if (call === undefined || call.timer !== undefined) return
    call.timer = setTimeout(() => {
      // What it has said is heard first: it may be this process that was held up.
      setImmediate(() => {
        if (this.#calls.has(number)) this.#end(`one message took it longer than ${this.#limit} ms`)
      })
    }, this.#limit)
  }

  #settle(said: Extract<FromScript, { readonly call: number }>): void {
    const call = this.#calls.get(said.call)
    if (call === undefined) {
      this.#end('it said what it was not asked for')
      return
    }
    this.#calls.delete(said.call)
    clearTimeout(call.timer)
    if ('error' in said) call.reject(new Error(said.error))
    // A piece of a large buffer would be kept with all of it.
    else call.resolve(said.acts.map((act) => ({ ...act, reply: new Uint8Array(act.reply) })))
  }

  #end(why: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#why = why
    this.#process.kill('SIGKILL')
    const error = new Error(why)
    this.#loaded?.reject(error)
    for (const { reject, timer } of this.#calls.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#calls.clear()
  }

  #say(said: ToScript): void {
    // What is not taken was said to one that has ended, which is heard as well. With too many open files none begins, and
    // there is no channel.
    this.#process.send?.(said, () => undefined)
  }
}

/** V8 aborts a process whose heap is full. */
function describeEnd(code: number | null, signal: string | null): string {
  if (signal === 'SIGABRT' || code === 134) {
    return `it took more memory than the ${mostMemory} MiB that its heap may have`
  }
  return signal === null
    ? `its process ended with exit code ${code}`
    : `${signal} ended its process`
}

/** The code of the user's has the same port, and may say anything. */
function isKnown(said: unknown): said is FromScript {
  if (typeof said !== 'object' || said === null) return false
  const { loading, loaded, failed, begun, call, acts, error } = said as Readonly<
    Record<string, unknown>
  >
  if (call === undefined) {
    const isThere = loading === true || loaded === true
    return isThere || typeof failed === 'string' || typeof begun === 'number'
  }
  return typeof error === 'string' || (Array.isArray(acts) && acts.every(isAct))
}

function isAct(act: unknown): boolean {
  if (typeof act !== 'object' || act === null) return false
  const { do: what, reply, delay } = act as Readonly<Record<string, unknown>>
  return typeof what === 'string' && reply instanceof Uint8Array && Number.isFinite(delay)
}
