import { answerRequests } from '../support/answering.js'
import { call, type Caller } from '../support/caller.js'
import { dialectOf } from '../support/dialects.js'
import { Account } from '../support/ledger.js'
import type { NetworkEnd, NetworkGroup, NetworkReport } from '../network/network-order.js'

/** Clients that ask over and over, in groups that are begun and stopped by their names. */
const groups = new Map<string, Client[]>()

class Client {
  readonly account: Account
  end: NetworkEnd | undefined
  done: Promise<void> = Promise.resolve()
  readonly #group: NetworkGroup
  readonly #caller: Caller
  #stopping = false
  #wake: (() => void) | undefined

  private constructor(name: string, group: NetworkGroup, caller: Caller) {
    this.account = new Account(name, group.largest)
    this.#group = group
    this.#caller = caller
  }

  static async begin(group: NetworkGroup, at: number): Promise<Client> {
    const { host, endpoints, name, options } = group
    const { style, dialect, port } = endpoints[at % endpoints.length] ?? fail()
    const caller = await call(`tcp://${host}:${port}`, style, dialectOf(dialect), options)
    const client = new Client(`${name}-${at}`, group, caller)
    void caller.closed.then(({ reason, error }) => {
      const cause = (error?.cause as NodeJS.ErrnoException | undefined)?.code
      client.end = { reason, code: error?.code, cause, message: error?.message }
      client.#wake?.()
    })
    client.done = client.#talk()
    return client
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake?.()
    await this.done
    await this.#caller.close()
  }

  async #talk(): Promise<void> {
    try {
      await Promise.all([this.#ask(), this.#hear()])
    } catch {
      // The connection broke, and `end` says how.
    }
  }

  async #ask(): Promise<void> {
    const { account } = this
    const { window, requests } = this.#group
    while (!this.#stopping && this.end === undefined && account.sent < requests) {
      if (account.outstanding < window) await this.#caller.say(account.request())
      else await this.#woken()
    }
    // Quiet ones stay until they are told to go.
    while (!this.#stopping && this.end === undefined) await this.#woken()
    await this.#caller.finish()
  }

  async #hear(): Promise<void> {
    for (;;) {
      const answer = await this.#caller.hear()
      if (answer === undefined) return
      this.account.answer(answer)
      this.#wake?.()
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

function fail(): never {
  throw new Error('a group without an endpoint')
}

function report(name: string): NetworkReport {
  const clients = groups.get(name) ?? []
  return {
    accounts: clients.map(({ account }) => account.state),
    ends: clients.flatMap(({ end }) => end ?? []),
  }
}

answerRequests({
  async begin(group: NetworkGroup) {
    const clients = Array.from({ length: group.count }, (_, at) => Client.begin(group, at))
    groups.set(group.name, await Promise.all(clients))
  },
  async stop(name: string) {
    await Promise.all((groups.get(name) ?? []).map((client) => client.stop()))
    return report(name)
  },
  report,
})
