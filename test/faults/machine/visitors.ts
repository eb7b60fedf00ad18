import { connect, type Connection, lines } from 'hawser'
import { Account, type AccountState } from '../support/ledger.js'

/** What became of those who came. */
export interface Visits {
  /** Got an answer, and stay. */
  readonly served: number
  /** Were sent away without one. */
  readonly refused: number
  /** Know nothing yet. */
  readonly waiting: number
}

type Visit = 'served' | 'refused' | 'waiting'

/** Connections that ask once and stay. */
export class Visitors {
  readonly #endpoint: string
  readonly #staying = new Set<Connection<string, string>>()
  readonly #visits: { fate: Visit; readonly account: Account; readonly settled: Promise<void> }[] =
    []

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  /** All who ever came. */
  get accounts(): AccountState[] {
    return this.#visits.map(({ account }) => account.state)
  }

  /** So many come at once; what they know when all know it, or after so many milliseconds. */
  async come(count: number, patience: number): Promise<Visits> {
    const begin = this.#visits.length
    for (let i = 0; i < count; i += 1) this.#send()
    const these = this.#visits.slice(begin)
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience)
    })
    await Promise.race([over, Promise.all(these.map(({ settled }) => settled))])
    clearTimeout(timer)
    const tally = (wanted: Visit): number => these.filter(({ fate }) => fate === wanted).length
    return {
      served: tally('served'),
      refused: tally('refused'),
      waiting: tally('waiting'),
    }
  }

  /** Those who still wait are answered or sent away. */
  async settled(): Promise<void> {
    await Promise.all(this.#visits.map(({ settled }) => settled))
  }

  /** All who stay go. */
  async leave(): Promise<void> {
    const leaving = [...this.#staying]
    this.#staying.clear()
    await Promise.all(leaving.map((connection) => connection.close()))
  }

  #send(): void {
    const account = new Account(`visitor-${this.#visits.length}`)
    const visit = { fate: 'waiting' as Visit, account, settled: Promise.resolve() }
    visit.settled = this.#ask(account).then((fate) => {
      visit.fate = fate
    })
    this.#visits.push(visit)
  }

  async #ask(account: Account): Promise<Visit> {
    try {
      const connection = await connect(this.#endpoint, { framing: lines() })
      // Registered before it is answered, so that one that waits can be let go as well.
      this.#staying.add(connection)
      await connection.send(account.request())
      const { done, value } = await connection[Symbol.asyncIterator]().next()
      if (done !== true) {
        account.answer(value)
        return 'served'
      }
      this.#staying.delete(connection)
      await connection.close()
    } catch {
      // Sent away by a reset, which says the same as a FIN.
    }
    return 'refused'
  }
}
