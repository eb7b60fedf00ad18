import type { ScriptAct, ScriptConnection } from './script-act.js'
import type { ScriptCode } from './script-code.js'
import { ScriptThread } from './script-thread.js'

/** Messages that are in the thread at once, and bytes of them; the others wait here. */
const mostInThread = 64
const mostInThreadBytes = 16 * 1024 * 1024
/** Messages that wait, and their bytes. */
const mostWaiting = 1_024
const mostWaitingBytes = 16 * 1024 * 1024
/** As often may its thread be replaced in a minute. */
const mostDeaths = 5
const minute = 60_000

/** Milliseconds that a script may take for one message. */
export const usualLimit = 1_000

/** How a script is run. */
export interface ScriptOptions {
  /** Its file, as a person names it. */
  readonly name: string
  /** Asked each time before code is run. @returns rejects when it may not run */
  readonly allow: () => Promise<ScriptCode>
  /** Aborted, with an Error as its reason, when it may not run any more. Default: it may until it is closed. */
  readonly revoked?: AbortSignal | undefined
  /** Something of it should be seen: what it printed, that its thread was replaced. */
  readonly noticed: (text: string) => void
  /** Milliseconds that it may take for one message, waiting included. Default: 1,000. */
  readonly limit?: number | undefined
}

interface Waiting {
  readonly message: Uint8Array
  readonly connection: ScriptConnection
  readonly resolve: (acts: readonly ScriptAct[]) => void
  readonly reject: (error: Error) => void
}

/** A script that decides on messages, in a thread that is replaced when it breaks. */
export class Script {
  readonly name: string
  readonly #options: ScriptOptions
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #inThread = 0
  #inThreadBytes = 0
  #thread: ScriptThread | undefined
  /** One that is loaded. */
  #opening: ScriptThread | undefined
  #loading: Promise<ScriptThread> | undefined
  #deaths: number[] = []
  /** Why it does not run any more. */
  #isOff: string | undefined

  readonly #revoke: () => void

  private constructor(options: ScriptOptions) {
    this.#options = options
    this.name = options.name
    const { revoked, noticed } = options
    this.#revoke = () => {
      const why = String((revoked?.reason as Error | undefined)?.message)
      this.#switchOff(why)
      noticed(`${this.name} was ended: ${why}`)
    }
    revoked?.addEventListener('abort', this.#revoke, { once: true })
  }

  /**
   * @param signal aborted to give it up while it is loaded
   * @returns rejects when it may not run, and with what is wrong with it
   */
  static async start(options: ScriptOptions, signal?: AbortSignal): Promise<Script> {
    const script = new Script(options)
    const giveUp = (): void => script.close()
    signal?.addEventListener('abort', giveUp)
    if (signal?.aborted === true) giveUp()
    try {
      await script.#load()
      return script
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  /** What to do with a message. @returns rejects with why it is not known */
  call(message: Uint8Array, connection: ScriptConnection): Promise<readonly ScriptAct[]> {
    if (this.#isOff !== undefined) return Promise.reject(new Error(this.#isOff))
    const isFull =
      this.#waiting.length >= mostWaiting || this.#waitingBytes + message.length > mostWaitingBytes
    if (isFull) {
      return Promise.reject(new Error(`${this.#waiting.length} messages wait for it already`))
    }
    return new Promise((resolve, reject) => {
      // The caller's bytes are good until it returns.
      this.#waiting.push({ message: message.slice(), connection, resolve, reject })
      this.#waitingBytes += message.length
      this.#pump()
    })
  }

  /** A connection is gone: what it said and waits is of no use. */
  forget(connection: number): void {
    const waiting = this.#waiting.splice(0)
    for (const each of waiting) {
      if (each.connection.id === connection) {
        this.#waitingBytes -= each.message.length
        each.reject(new Error('the connection is gone'))
      } else this.#waiting.push(each)
    }
    this.#thread?.forget(connection)
  }

  close(): void {
    this.#switchOff('the session was stopped')
  }

  #pump(): void {
    const thread = this.#thread
    if (thread === undefined || thread.isOver) {
      // It may end by itself, between two messages.
      if (thread !== undefined) this.#died(thread.why)
      if (this.#waiting.length > 0) void this.#load().catch((error: Error) => this.#lost(error))
      return
    }
    while (this.#inThread < mostInThread) {
      const [next] = this.#waiting
      if (next === undefined) return
      const { length } = next.message
      if (this.#inThread > 0 && this.#inThreadBytes + length > mostInThreadBytes) return
      this.#waiting.shift()
      this.#waitingBytes -= length
      this.#inThread++
      this.#inThreadBytes += length
      void this.#hand(thread, next)
    }
  }

  async #hand(thread: ScriptThread, { message, connection, resolve, reject }: Waiting) {
    try {
      resolve(await thread.call(message, connection))
    } catch (error) {
      reject(error as Error)
      if (thread.isOver && thread === this.#thread) this.#died(thread.why)
    } finally {
      this.#inThread--
      this.#inThreadBytes -= message.length
      this.#pump()
    }
  }

  #died(message: string): void {
    this.#thread = undefined
    if (this.#isOff !== undefined) return
    const now = performance.now()
    this.#deaths = [...this.#deaths.filter((time) => now - time < minute), now]
    if (this.#deaths.length > mostDeaths) {
      const often = `it broke ${this.#deaths.length} times in a minute: mend it, and start the session again`
      this.#switchOff(often)
      this.#options.noticed(`${this.name} was switched off: ${often}; at last, ${message}`)
    } else {
      this.#options.noticed(`${this.name} was started again: ${message}`)
    }
  }

  #lost({ message }: Error): void {
    if (message !== this.#isOff) return
    this.#options.noticed(`${this.name} was switched off: ${message}`)
  }

  /** One at a time. */
  #load(): Promise<ScriptThread> {
    this.#loading ??= this.#begin().finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #begin(): Promise<ScriptThread> {
    const { allow, limit = usualLimit, noticed } = this.#options
    try {
      const code = await allow()
      if (this.#isOff !== undefined) throw new Error(this.#isOff)
      const printed = (line: string): void => noticed(`${this.name}: ${line}`)
      const thread = new ScriptThread({ code, limit, printed })
      this.#opening = thread
      await thread.loaded()
      this.#thread = thread
      this.#pump()
      return thread
    } catch (error) {
      this.#switchOff((error as Error).message)
      throw error
    } finally {
      this.#opening = undefined
    }
  }

  #switchOff(why: string): void {
    this.#isOff ??= why
    this.#options.revoked?.removeEventListener('abort', this.#revoke)
    this.#opening?.close(why)
    this.#thread?.close(why)
    this.#thread = undefined
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(why))
    this.#waitingBytes = 0
  }
}
