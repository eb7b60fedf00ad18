import net from 'node:net'
import { Account, type AccountState } from '../support/ledger.js'

/** What became of connections that each asked once. */
export interface ArrivalCounts {
  readonly came: number
  readonly answered: number
  /** By what went wrong: an error's code, or the end of the stream without an answer. */
  readonly lost: ReadonlyMap<string, number>
  /** The most within one second. */
  readonly peak: number
  /** For each second, from the first to the last. */
  readonly mean: number
}

/** Milliseconds between looks at how many are due. */
const tick = 2
/** Open at once: what a machine cannot keep up with does not come, and nothing runs out of descriptors. */
const most = 1_000

/** New connections at a steady rate, each of which asks once, takes the answer and goes. */
export class Arrivals {
  readonly accounts: AccountState[] = []
  readonly #port: number
  readonly #perSecond: number
  readonly #began = performance.now()
  readonly #lost = new Map<string, number>()
  readonly #open = new Set<Promise<void>>()
  readonly #seconds = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  #came = 0
  #missed = 0
  #answered = 0

  constructor(port: number, perSecond: number) {
    this.#port = port
    this.#perSecond = perSecond
    this.#timer = setInterval(() => this.#letIn(), tick)
  }

  /** No further ones; those under way finish. */
  async stop(): Promise<ArrivalCounts> {
    clearInterval(this.#timer)
    const seconds = (performance.now() - this.#began) / 1_000
    await Promise.all(this.#open)
    return {
      came: this.#came,
      answered: this.#answered,
      lost: this.#lost,
      mean: Math.round(this.#came / seconds),
      peak: Math.max(0, ...this.#seconds.values()),
    }
  }

  #letIn(): void {
    const elapsed = performance.now() - this.#began
    const due = Math.floor((elapsed * this.#perSecond) / 1_000)
    const second = Math.floor(elapsed / 1_000)
    while (this.#came + this.#missed < due) {
      if (this.#open.size >= most) {
        this.#missed = due - this.#came
        return
      }
      this.#came += 1
      this.#seconds.set(second, (this.#seconds.get(second) ?? 0) + 1)
      const visit = this.#ask(new Account(`arrival-${this.#came}`, 64))
      this.#open.add(visit)
      void visit.finally(() => this.#open.delete(visit))
    }
  }

  #ask(account: Account): Promise<void> {
    return new Promise((resolve) => {
      let text = ''
      let problem: string | undefined
      const socket = net.connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
      socket.setEncoding('utf8')
      socket.on('connect', () => socket.write(`${account.request()}\n`))
      socket.on('data', (chunk: string) => {
        text += chunk
        if (!text.endsWith('\n')) return
        account.answer(text.trimEnd())
        socket.end()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => {
        problem = error.code ?? error.message
      })
      socket.on('close', () => {
        this.accounts.push(account.state)
        if (account.acknowledged > 0) this.#answered += 1
        else this.#note(problem ?? 'the end without an answer')
        // Answered, and reset all the same: that must not be either.
        if (account.acknowledged > 0 && problem !== undefined) this.#note(`${problem}, answered`)
        resolve()
      })
    })
  }

  #note(what: string): void {
    this.#lost.set(what, (this.#lost.get(what) ?? 0) + 1)
  }
}
