// What the server keeps: texts by key, some of which expire.

interface Entry {
  text: string
  /** When it is gone, in milliseconds since 1970; `Infinity` never. */
  expires: number
}

/** How many keys are looked at in one go when expired ones are cleared away. */
const sample = 1_000

export class Store {
  readonly #entries = new Map<string, Entry>()
  #sweep: NodeJS.Timeout | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: string): string | null {
    return this.#live(key)?.text ?? null
  }

  set(key: string, text: string, expires = Infinity): void {
    const entry = this.#entries.get(key)
    if (expires !== Infinity) this.#expect()
    if (entry === undefined) this.#entries.set(key, { text, expires })
    else {
      entry.text = text
      entry.expires = expires
    }
  }

  delete(key: string): boolean {
    const wasLive = this.#live(key) !== undefined
    return this.#entries.delete(key) && wasLive
  }

  /** @returns the new number; undefined when there is text that is none */
  increment(key: string, by: number): number | undefined {
    const entry = this.#live(key)
    const number = entry === undefined ? 0 : toInteger(entry.text)
    if (number === undefined || !Number.isSafeInteger(number + by)) return undefined
    if (entry === undefined) this.set(key, String(number + by))
    else entry.text = String(number + by)
    return number + by
  }

  expire(key: string, expires: number): boolean {
    const entry = this.#live(key)
    if (entry === undefined) return false
    entry.expires = expires
    this.#expect()
    return true
  }

  /** When a key is gone; `Infinity` never, undefined when it is not there. */
  expiry(key: string): number | undefined {
    return this.#live(key)?.expires
  }

  clear(): void {
    this.#entries.clear()
  }

  /** Let the process end. */
  stop(): void {
    clearInterval(this.#sweep)
    this.#sweep = undefined
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expires === Infinity || entry.expires > Date.now())
      return entry
    this.#entries.delete(key)
    return undefined
  }

  /** Keys that nobody asks for again have to go, too. */
  #expect(): void {
    this.#sweep ??= setInterval(() => this.#clearAway(), 100).unref()
  }

  #clearAway(): void {
    const now = Date.now()
    let looked = 0
    for (const [key, { expires }] of this.#entries) {
      if (expires <= now) this.#entries.delete(key)
      looked += 1
      if (looked === sample) return
    }
  }
}

export function toInteger(text: string): number | undefined {
  const number = Number(text)
  return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}
