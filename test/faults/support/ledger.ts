import { crc32 } from 'node:zlib'

/**
 * How the scripts know what was lost. A client numbers its requests; the server answers each with
 * its number and a checksum of all requests of that client so far. So one answer says that all
 * before it arrived too, once each, in order and unchanged: what a client holds an answer to is
 * acknowledged. Both sides keep their own books, and `settle` compares them.
 */

/** What a client knows of its own requests. */
export interface AccountState {
  readonly client: string
  readonly sent: number
  readonly acknowledged: number
  /** Answers that were not the next one, or not to what was sent. */
  readonly problems: readonly string[]
}

/** What a server knows of one client. */
export interface EntryState {
  readonly client: string
  readonly taken: number
  readonly digest: number
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const filling = Array.from({ length: 64 * 1024 }, (_, at) => alphabet[(at * at + at) % 61]).join('')
const mostProblems = 3

/** A client's side of the ledger. */
export class Account {
  readonly client: string
  sent = 0
  acknowledged = 0
  readonly problems: string[] = []
  readonly #largest: number
  readonly #answerSize: number
  #digest = 0
  readonly #expected: number[] = []

  /**
   * @param client a name without spaces, that no other client of the run has
   * @param largest bytes of the largest request, about
   * @param answerSize bytes that each answer has beyond the number and the checksum
   */
  constructor(client: string, largest = 512, answerSize = 0) {
    this.client = client
    this.#largest = largest
    this.#answerSize = answerSize
  }

  /** How many requests have no answer yet. */
  get outstanding(): number {
    return this.#expected.length
  }

  /** The next request. Sizes vary, the same in every run. */
  request(): string {
    this.sent += 1
    const size = (this.sent * 7919) % this.#largest
    const from = (this.sent * 31) % (filling.length - size)
    const text = `${this.client} ${this.sent} ${this.#answerSize} ${filling.slice(from, from + size)}`
    this.#digest = crc32(text, this.#digest)
    this.#expected.push(this.#digest)
    return text
  }

  /** An answer came; whether it is the right one. */
  answer(text: string): boolean {
    const digest = this.#expected.shift()
    if (text === `${this.acknowledged + 1} ${digest}${filling.slice(0, this.#answerSize)}`) {
      this.acknowledged += 1
      return true
    }
    const wanted =
      digest === undefined ? 'nothing was asked' : `not ${this.acknowledged + 1} ${digest}`
    if (this.problems.length < mostProblems) {
      this.problems.push(`${this.client} got ${JSON.stringify(text.slice(0, 60))}, ${wanted}`)
    }
    return false
  }

  get state(): AccountState {
    const { client, sent, acknowledged, problems } = this
    return { client, sent, acknowledged, problems }
  }
}

/** A server's side of one connection. */
export class Entry {
  client = ''
  taken = 0
  digest = 0

  /** Take a request; the answer to it. */
  take(text: string): string {
    const [client = '', , size] = text.split(' ', 3)
    // Half a message of somebody who then left.
    if (size === undefined) return 'that is no request'
    this.client ||= client
    this.taken += 1
    this.digest = crc32(text, this.digest)
    return `${this.taken} ${this.digest}${filling.slice(0, Number(size))}`
  }
}

/** A server's side of the ledger. */
export class Book {
  #entries = new Set<Entry>()
  #past: EntryState[] = []

  /** A connection was opened. */
  open(): Entry {
    const entry = new Entry()
    this.#entries.add(entry)
    return entry
  }

  /** It is gone: what it came to is kept until `collect`. */
  close(entry: Entry): void {
    if (!this.#entries.delete(entry) || entry.taken === 0) return
    const { client, taken, digest } = entry
    this.#past.push({ client, taken, digest })
  }

  /** What is known of all clients; those that are gone are forgotten. */
  collect(): EntryState[] {
    const past = this.#past
    this.#past = []
    const open = [...this.#entries].filter(({ taken }) => taken > 0)
    return [...past, ...open.map(({ client, taken, digest }) => ({ client, taken, digest }))]
  }
}

/** What the two sides of the ledger come to. */
export interface Settlement {
  readonly sent: number
  readonly acknowledged: number
  /** Sent, and taken by no server: they have no answer, and may be sent again. */
  readonly unanswered: number
  /** What must not be: an acknowledged request that the server does not have, a wrong answer. */
  readonly problems: readonly string[]
}

/** Compare both sides. A client that nobody acknowledged anything to need not be known. */
export function settle(
  accounts: readonly AccountState[],
  entries: readonly EntryState[],
): Settlement {
  const taken = new Map<string, number>()
  const problems: string[] = []
  for (const entry of entries) {
    if (taken.has(entry.client)) problems.push(`${entry.client} is in the server's book twice`)
    taken.set(entry.client, entry.taken)
  }
  let sent = 0
  let acknowledged = 0
  for (const account of accounts) {
    sent += account.sent
    acknowledged += account.acknowledged
    problems.push(...account.problems)
    const known = taken.get(account.client) ?? 0
    if (known < account.acknowledged || known > account.sent) {
      problems.push(
        `${account.client}: the server has ${known} of ${account.sent} requests, and acknowledged ${account.acknowledged}`,
      )
    }
  }
  return { sent, acknowledged, unanswered: sent - acknowledged, problems }
}

/** The settlement as the result line says it. */
export function describeLoss({ acknowledged, unanswered, problems }: Settlement): string {
  const rest = unanswered === 0 ? '' : `; ${format(unanswered)} had no answer`
  return problems.length === 0
    ? `nothing of ${format(acknowledged)} acknowledged requests${rest}`
    : `${problems.length} accounts do not agree${rest}`
}

/** A count with its thousands apart. */
export function format(count: number): string {
  return count.toLocaleString('en-US')
}
