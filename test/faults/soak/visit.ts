import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { call, type Caller } from '../support/caller.js'
import { type Dialect, dialectOf } from '../support/dialects.js'
import { Account } from '../support/ledger.js'
import type { SoakEndpoint, SoakOrder } from '../support/soak-endpoint.js'
import { styles } from '../support/styles.js'

/** Milliseconds no visit takes; what takes longer is stuck. */
const longest = 20_000

/** What a visit is, and how many in a hundred are. */
const kinds = {
  polite: 40,
  'half-close': 15,
  reset: 15,
  slow: 2,
  'connect-and-reset': 6,
  'connect-and-end': 6,
  'torn-and-reset': 5,
  'torn-and-end': 5,
  'torn-and-held': 2,
  broken: 4,
} as const

type Kind = keyof typeof kinds

/** One connection of the soak, from its beginning to its end. */
export class Visit {
  readonly kind: Kind
  readonly account: Account
  readonly #endpoint: SoakEndpoint
  readonly #dialect: Dialect
  readonly #order: SoakOrder
  readonly #random: () => number

  /** @param random numbers between 0 and 1, the same in every run */
  constructor(name: string, order: SoakOrder, random: () => number) {
    this.#order = order
    this.#random = random
    this.kind = chooseKind(random() * 100)
    this.#endpoint = choose(order.endpoints, random)
    this.#dialect = dialectOf(this.#endpoint.dialect)
    const isSlow = this.kind === 'slow'
    this.account = new Account(name, isSlow ? 64 : 2_048, isSlow ? 16 * 1024 : 0)
  }

  /** What it is, for whoever wonders about it. */
  get title(): string {
    const { style, dialect, secure } = this.#endpoint
    return `${this.kind} to ${style} of ${dialect}${secure ? ' under TLS' : ''}`
  }

  /** Make it; rejects when it went as it should not. */
  async make(): Promise<void> {
    const timer = new AbortController()
    try {
      await Promise.race([
        this.#make(),
        sleep(longest, undefined, { signal: timer.signal }).then(() => {
          const { sent, acknowledged } = this.account
          throw new Error(`stuck with ${acknowledged} of ${sent} answered`)
        }),
      ])
    } finally {
      timer.abort()
    }
  }

  #make(): Promise<void> {
    switch (this.kind) {
      case 'polite':
      case 'half-close':
      case 'reset':
      case 'slow':
        return this.#talk(this.kind)
      case 'connect-and-reset':
        return this.#intrude(undefined, 'reset')
      case 'connect-and-end':
        return this.#intrude(undefined, 'end')
      case 'torn-and-reset':
        return this.#intrude(this.#dialect.torn, 'reset')
      case 'torn-and-end':
        return this.#intrude(this.#dialect.torn, 'end')
      case 'torn-and-held':
        return this.#intrude(this.#dialect.torn, 'hold')
      case 'broken':
        return this.#intrude(this.#dialect.broken, 'hold')
    }
  }

  async #talk(kind: 'polite' | 'half-close' | 'reset' | 'slow'): Promise<void> {
    const { port, secure } = this.#endpoint
    const caller = await call(
      `${secure ? 'tls' : 'tcp'}://127.0.0.1:${port}`,
      choose(styles, this.#random),
      this.#dialect,
      {
        // A reader that is slow by itself, and not by what its buffers take.
        ...(kind === 'slow' ? { inbox: 64 * 1024 } : {}),
        ...(secure ? { tls: { ca: this.#order.ca } } : {}),
      },
    )
    const count = kind === 'slow' ? 256 : 1 + Math.floor(this.#random() * 30)
    const saying = this.#say(caller, count)
    if (kind === 'reset') {
      await this.#hear(caller, Math.floor(this.#random() * count))
      caller.reset()
      await saying.catch(() => {})
      await caller.closed
      return
    }
    if (kind === 'slow') await sleep(300 + this.#random() * 400)
    if (kind === 'half-close') {
      await saying
      await caller.finish()
      await this.#hear(caller, Infinity)
    } else {
      await this.#hear(caller, count)
      await saying
    }
    await caller.close()
    const { acknowledged } = this.account
    if (acknowledged === count) return
    const { by, reason, error } = await caller.closed
    throw new Error(`${acknowledged} of ${count} answered, ${reason} by ${by} ${error?.code ?? ''}`)
  }

  async #say(caller: Caller, count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) await caller.say(this.account.request())
  }

  async #hear(caller: Caller, count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const answer = await caller.hear()
      if (answer === undefined) return
      this.account.answer(answer)
    }
  }

  /** Somebody who does not speak the protocol, nor TLS where it is wanted. */
  async #intrude(say: Uint8Array | undefined, then: 'reset' | 'end' | 'hold'): Promise<void> {
    const socket = net.connect(this.#endpoint.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    await once(socket, 'connect')
    // The server may end it with a reset.
    socket.on('error', () => {})
    socket.resume()
    if (say !== undefined) await new Promise((resolve) => socket.write(say, resolve))
    if (then === 'reset') socket.resetAndDestroy()
    else if (then === 'end') socket.end()
    await closed
  }
}

function choose<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item
}

function chooseKind(percent: number): Kind {
  let sum = 0
  for (const [kind, share] of Object.entries(kinds)) {
    sum += share
    if (percent < sum) return kind as Kind
  }
  return 'polite'
}
