/** What asks an echo server over and over. */
export interface AskingOrder {
  readonly port: number
  /** Clients of each kind: with replies in order, and with ids. */
  readonly clients: number
  /** Connections of the pool. */
  readonly pool: number
  /** Requests a second, of all together. */
  readonly rate: number
}

/** What became of the requests. */
export interface AskingReport {
  readonly asked: number
  /** Those that wait for their reply. */
  readonly waiting: number
  /** Those that got their own reply. */
  readonly answered: number
  /** Those that got an error, by its code. */
  readonly failed: Readonly<Record<string, number>>
  /** Those that got something else. */
  readonly wrong: readonly string[]
}
