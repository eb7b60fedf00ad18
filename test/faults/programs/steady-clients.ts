import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient, HawserError, lines } from 'hawser'
import { answerRequests } from '../support/answering.js'
import type { SteadyChange, SteadyOrder, SteadyReport } from '../network/steady-order.js'

/** One client, and what is remembered of it. */
class Steady {
  readonly client: Client<string, string>
  readonly #changes: SteadyChange[] = []
  readonly #outcomes: Record<string, string> = {}

  constructor({ endpoint, every }: SteadyOrder) {
    this.client = createClient<string, string>(endpoint, {
      framing: lines(),
      heartbeat: { ping: 'ping', every },
      // What settles a request here is the end of its connection, and nothing else.
      requestTimeout: Infinity,
    })
    this.client.on('status', (status) => {
      const error =
        status.state === 'disconnected' ? (status.error ?? status.info?.error) : undefined
      const code = error instanceof HawserError ? error.code : undefined
      this.#changes.push({ state: status.state, at: Date.now(), code })
    })
  }

  async ask(text: string): Promise<void> {
    this.#outcomes[text] = ''
    try {
      this.#outcomes[text] = await this.client.request(text)
    } catch (error) {
      this.#outcomes[text] = error instanceof HawserError ? error.code : String(error)
    }
  }

  report(): SteadyReport {
    return {
      changes: this.#changes,
      outcomes: this.#outcomes,
      connections: this.client.info().connections,
    }
  }
}

const all: Steady[] = []

answerRequests({
  async begin(order: SteadyOrder) {
    for (let each = 0; each < order.count; each += 1) {
      if (each > 0) await sleep(order.apart)
      all.push(new Steady(order))
    }
    await Promise.all(all.map(({ client }) => client.ready()))
  },
  /** Every second client asks: one that has bytes on the way is in another state than a quiet one. */
  ask(text: string) {
    for (const [at, steady] of all.entries()) if (at % 2 === 0) void steady.ask(`${text} ${at}`)
  },
  report: () => all.map((steady) => steady.report()),
})
