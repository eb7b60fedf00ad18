import { connect, type ConnectOptions, lines } from 'hawser'
import { Account, type AccountState } from './ledger.js'

/** Requests of one call. */
const requests = 3

/** New connections, one after the other, a few at a time, until they are told to stop. */
export class Callers {
  /** What certificates were shown, where TLS is spoken. */
  readonly fingerprints: Set<string> = new Set()
  /** How calls failed that should not have. */
  readonly failures: string[] = []
  readonly #endpoint: string
  readonly #options: Omit<ConnectOptions<string, string>, 'framing' | 'handler'>
  readonly #accounts: Account[] = []
  readonly #calling: Promise<unknown>
  readonly #rest: number
  #stopping = false

  /** @param rest milliseconds between two calls of each of them */
  constructor(
    endpoint: string,
    options: Omit<ConnectOptions<string, string>, 'framing' | 'handler'>,
    count: number,
    rest = 10,
  ) {
    this.#endpoint = endpoint
    this.#options = options
    this.#rest = rest
    this.#calling = Promise.all(Array.from({ length: count }, () => this.#callOn()))
  }

  /** Everybody who called. */
  get accounts(): AccountState[] {
    return this.#accounts.map(({ state }) => state)
  }

  /** Let the calls under way end, and begin no more. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#calling
  }

  async #callOn(): Promise<void> {
    while (!this.#stopping) {
      await this.#call().catch((error: unknown) => {
        this.failures.push(String(error))
      })
      await new Promise((resolve) => setTimeout(resolve, this.#rest))
    }
  }

  async #call(): Promise<void> {
    const account = new Account(`caller-${this.#accounts.length}`)
    this.#accounts.push(account)
    const connection = await connect(this.#endpoint, { ...this.#options, framing: lines() })
    try {
      const shown = connection.tls?.peerCertificate?.fingerprint256
      if (shown !== undefined) this.fingerprints.add(shown)
      const answers = connection[Symbol.asyncIterator]()
      for (let i = 0; i < requests; i += 1) {
        await connection.send(account.request())
        const { done, value } = await answers.next()
        if (done === true) throw new Error(`ended after ${account.acknowledged} answers`)
        account.answer(value)
      }
    } finally {
      await connection.close()
    }
  }
}
