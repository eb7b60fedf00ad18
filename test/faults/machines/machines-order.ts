/** Where a node of the chat listens, and over which NATS servers it meets the others. */
export interface NodeOrder {
  readonly port: number
  /** `host:port`, its own first. */
  readonly nats: readonly string[]
  /** The address that HAProxy connects from. */
  readonly proxy: string
}

/** What a node has heard of one that speaks: numbers, which begin with 1. */
export interface Heard {
  readonly first: number
  readonly last: number
  readonly count: number
  /** Numbers that came twice over one connection, or behind a higher one. */
  readonly wrong: number
  /** Numbers that came again over another connection, from a node that got them later. */
  readonly repeated: number
}

/** What a node knows. */
export interface NodeReport {
  readonly nodeId: string
  readonly connected: boolean
  readonly nodes: number
  readonly missed: number
  readonly lost: number
  /** How often its link to NATS was lost. */
  readonly losses: number
  /** Connections whose client HAProxy named. */
  readonly proxied: number
  /** The last number that it said itself. */
  readonly said: number
  /** What its own member heard, by who spoke. */
  readonly heard: Readonly<Record<string, Heard>>
  /** Members of the room on all nodes; −1 where they could not be counted. */
  readonly members: number
}

/** Clients of the chat. */
export interface ClientsOrder {
  readonly endpoints: readonly string[]
  readonly count: number
}

/** What one client has been through. */
export interface ClientReport {
  readonly isConnected: boolean
  /** How often it was connected. */
  readonly connections: number
  readonly heard: Readonly<Record<string, Heard>>
}
