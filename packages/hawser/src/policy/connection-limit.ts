/** Why a connection was refused. */
export type RefusalReason =
  /** `maxConnections` are open. */
  | 'limit'
  /** The process may not open more file descriptors. */
  | 'fd-limit'
  /** Too many connections wait for `for await (const connection of server)`. */
  | 'not-accepted'
  /** The server is closing. */
  | 'draining'
  /** The server is suspended, on an endpoint whose descriptor cannot be closed and opened again. */
  | 'suspended'

/** What a server knows when a connection arrives. */
export interface AcceptState {
  readonly open: number
  readonly maxConnections: number
  /** The most connections the process's file descriptors allow. */
  readonly descriptorLimit: number
  /** Connections waiting to be taken by an iteration, and how many may. */
  readonly waiting: number
  readonly maxWaiting: number
  readonly draining: boolean
  readonly suspended: boolean
}

/** Why a new connection must be refused now, or undefined when it may come in. */
export function refusalOf(state: AcceptState): RefusalReason | undefined {
  if (state.draining) return 'draining'
  if (state.suspended) return 'suspended'
  if (state.open >= state.descriptorLimit) return 'fd-limit'
  if (state.open >= state.maxConnections) return 'limit'
  if (state.waiting >= state.maxWaiting) return 'not-accepted'
  return undefined
}

/** How many connections were refused, by reason. */
export type RefusalCounts = Record<RefusalReason, number>

/** All refusals at zero. */
export function noRefusals(): RefusalCounts {
  return { limit: 0, 'fd-limit': 0, 'not-accepted': 0, draining: 0, suspended: 0 }
}
