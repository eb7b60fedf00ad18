import { createClient, createPool, HawserError, lines } from 'hawser'
import { answerRequests } from '../support/answering.js'
import type { AskingOrder, AskingReport } from '../processes/restarts-order.js'

/** Milliseconds between two bursts of requests. */
const burst = 10

/** Sends one request somewhere; answers its reply. */
type Ask = (word: string) => Promise<string>

let asked = 0
let answered = 0
const failed: Record<string, number> = {}
const wrong: string[] = []
let timer: NodeJS.Timeout | undefined
const closers: (() => Promise<unknown>)[] = []

function makeClients({ port, clients, pool: max }: AskingOrder): Ask[] {
  const endpoint = `127.0.0.1:${port}`
  const backoff = { initial: 20, max: 200 }
  const options = { framing: lines(), backoff, maxQueued: Infinity }
  const all: Ask[] = []
  for (let each = 0; each < clients; each += 1) {
    const inOrder = createClient<string, string>(endpoint, options)
    const withIds = createClient<string, string>(endpoint, {
      ...options,
      correlate: {
        identify: (message, sequence) => ({ message: `${sequence} ${message}`, id: sequence }),
        idOf: (message) => Number.parseInt(message, 10),
      },
    })
    closers.push(
      () => inOrder.close(),
      () => withIds.close(),
    )
    all.push(
      (word) => inOrder.request(word),
      async (word) => (await withIds.request(word)).replace(/^\d+ /, ''),
    )
  }
  const pool = createPool<string, string>(endpoint, {
    framing: lines(),
    backoff,
    max,
    maxWaiting: Infinity,
  })
  closers.push(() => pool.close())
  all.push((word) => pool.run((lease) => lease.request(word)))
  return all
}

async function askOnce(ask: Ask): Promise<void> {
  asked += 1
  const word = `request ${asked} ${'x'.repeat(asked % 300)}`
  try {
    const reply = await ask(word)
    if (reply === word) answered += 1
    else wrong.push(`${word} got ${reply}`)
  } catch (error) {
    const code = error instanceof HawserError ? error.code : String(error)
    failed[code] = (failed[code] ?? 0) + 1
  }
}

function report(): AskingReport {
  const errors = Object.values(failed).reduce((sum, count) => sum + count, 0)
  const waiting = asked - answered - errors - wrong.length
  return { asked, waiting, answered, failed, wrong: wrong.slice(0, 10) }
}

answerRequests({
  begin(order: AskingOrder) {
    const all = makeClients(order)
    const began = performance.now()
    let next = 0
    timer = setInterval(() => {
      const due = ((performance.now() - began) * order.rate) / 1000
      for (; asked < due; next += 1) void askOnce(all[next % all.length] as Ask)
    }, burst)
  },
  report,
  stopAsking: () => clearInterval(timer),
  async close() {
    await Promise.all(closers.map((close) => close()))
    return process.getActiveResourcesInfo().filter((name) => /^TCP|^Timeout/.test(name))
  },
})
