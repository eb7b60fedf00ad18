import { type CloseInfo, type Connection, connect, type ConnectOptions, lines } from 'hawser'
import { Account } from './ledger.js'
import type { Stage } from './stage.js'

/** How a talker talks. */
export interface TalkerOptions extends Omit<ConnectOptions<string, string>, 'framing' | 'handler'> {
  /** Requests on their way at once. Default 1. */
  readonly window?: number
  /** Bytes of the largest request. Default 512. */
  readonly largest?: number
  /** What is asked once, before everything else. */
  readonly asks?: string
}

/** A client that asks line by line and checks every answer, until it is told to stop. */
export class Talker {
  readonly account: Account
  /** What was answered to what was asked before everything else. */
  readonly told: string | undefined
  /** How its connection ended. */
  readonly closed: Promise<CloseInfo>
  readonly #connection: Connection<string, string>
  readonly #window: number
  readonly #done: Promise<void>
  #stopping = false
  #paused: { readonly promise: Promise<void>; readonly resume: () => void } | undefined

  private constructor(
    account: Account,
    connection: Connection<string, string>,
    window: number,
    told: string | undefined,
  ) {
    this.account = account
    this.told = told
    this.#connection = connection
    this.#window = window
    this.closed = connection.closed
    this.#done = this.#talk()
  }

  /** Connect and begin to talk. */
  static async start(
    endpoint: string,
    name: string,
    { window = 1, largest = 512, asks, ...options }: TalkerOptions = {},
  ): Promise<Talker> {
    const connection = await connect(endpoint, { ...options, framing: lines() })
    let told: string | undefined
    if (asks !== undefined) {
      await connection.send(asks)
      for await (const answer of connection) {
        told = answer
        break
      }
    }
    return new Talker(new Account(name, largest), connection, window, told)
  }

  /** Ask nothing more until `resume`. */
  pause(): void {
    if (this.#paused !== undefined) return
    let resume = (): void => {}
    const promise = new Promise<void>((resolve) => {
      resume = resolve
    })
    this.#paused = { promise, resume }
  }

  resume(): void {
    this.#paused?.resume()
    this.#paused = undefined
  }

  /** Ask nothing more, take the answers still on their way, and end in order. */
  async stop(): Promise<CloseInfo> {
    this.#stopping = true
    this.resume()
    await this.#done
    return this.#connection.close()
  }

  /** Break off. */
  reset(): void {
    this.#connection.reset()
  }

  async #talk(): Promise<void> {
    const { account } = this
    const answers = this.#connection[Symbol.asyncIterator]()
    try {
      for (;;) {
        if (this.#paused !== undefined) await this.#paused.promise
        while (!this.#stopping && account.outstanding < this.#window) {
          await this.#connection.send(account.request())
        }
        if (account.outstanding === 0) return
        const { done, value } = await answers.next()
        if (done === true) return
        account.answer(value)
      }
    } catch {
      // The connection broke: `closed` says how, and the account what had no answer.
    }
  }
}

/** Every one of them gets further answers. */
export async function talkOn(stage: Stage, talkers: readonly Talker[]): Promise<void> {
  const before = talkers.map(({ account }) => account.acknowledged)
  await stage.until(
    () => talkers.every(({ account }, at) => account.acknowledged > (before[at] ?? 0)),
    'all who are connected get answers',
  )
}
