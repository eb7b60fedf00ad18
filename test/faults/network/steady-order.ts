/** Clients that stay connected. */
export interface SteadyOrder {
  readonly endpoint: string
  readonly count: number
  /** Milliseconds from one client to the next, so that they do not all ping at once. */
  readonly apart: number
  /** Milliseconds between pings; the default of `createClient` when left out. */
  readonly every?: number
}

/** What a client was at, and since when. */
export interface SteadyChange {
  readonly state: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Of the error that ended its connection, or kept it from one. */
  readonly code?: string | undefined
}

/** What one client did. */
export interface SteadyReport {
  readonly changes: readonly SteadyChange[]
  /** What became of each request: the reply, or the code of its error; empty while it waits. */
  readonly outcomes: Readonly<Record<string, string>>
  readonly connections: number
}
