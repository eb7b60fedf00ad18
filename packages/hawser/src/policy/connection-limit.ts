import type { ReasonOf } from './reason.js'

/** The codes of errors that a connection is refused for, before its first message. */
export type OpeningCode =
  /** Its TLS handshake failed. */
  | 'HAWSER_TLS_HANDSHAKE_FAILED'
  /** Its certificate was not accepted. */
  | 'HAWSER_TLS_CERTIFICATE_INVALID'
  /** Its TLS handshake was not done in time. */
  | 'HAWSER_TLS_HANDSHAKE_TIMEOUT'
  /** A trusted proxy did not begin with a valid PROXY protocol header. */
  | 'HAWSER_PROXY_HEADER_INVALID'
  /** Its PROXY protocol header was not there in time. */
  | 'HAWSER_PROXY_HEADER_TIMEOUT'

/** Why a connection was refused. */
export type RefusalReason =
  /** `maxConnections` are open, and under `atLimit: 'pause'` as many wait as may. */
  | 'limit'
  /** Its address is on the list `deny`, or not on the list `allow`. */
  | 'denied'
  /** `maxPerAddress` connections are open from its address. */
  | 'per-address'
  /** Its address opens connections faster than `connectRate`. */
  | 'rate'
  /** The process may not open more file descriptors. */
  | 'fd-limit'
  /** Too many connections wait for `for await (const connection of server)`. */
  | 'not-accepted'
  /** It began badly: the reason is the error's code, as a connection's close reason is. */
  | ReasonOf<OpeningCode>
  /** It does not come from a trusted proxy, and a PROXY protocol header is required. */
  | 'proxy-untrusted'
  /** The server is closing. */
  | 'draining'
  /**
   * The server was suspended while it waited for room, or is, on an endpoint whose descriptor cannot
   * be closed and opened again.
   */
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
  /** Whether the lists keep it out. */
  readonly denied: boolean
  /** Connections open from its address, and how many may be. */
  readonly sameAddress: number
  readonly maxPerAddress: number
  readonly draining: boolean
  readonly suspended: boolean
}

/**
 * Why a new connection must be refused now, or undefined when it may come in. `rate` is not decided
 * here: only connections that may come in otherwise count against the rate of their address.
 */
export function refusalOf(state: AcceptState): RefusalReason | undefined {
  if (state.draining) return 'draining'
  if (state.suspended) return 'suspended'
  if (state.open >= state.descriptorLimit) return 'fd-limit'
  if (state.denied) return 'denied'
  if (state.open >= state.maxConnections) return 'limit'
  if (state.sameAddress >= state.maxPerAddress) return 'per-address'
  if (state.waiting >= state.maxWaiting) return 'not-accepted'
  return undefined
}

/** How many connections were refused, by reason. */
export type RefusalCounts = Record<RefusalReason, number>

/** All refusals at zero. */
export function noRefusals(): RefusalCounts {
  return {
    limit: 0,
    denied: 0,
    'per-address': 0,
    rate: 0,
    'fd-limit': 0,
    'not-accepted': 0,
    'tls-handshake-failed': 0,
    'tls-certificate-invalid': 0,
    'tls-handshake-timeout': 0,
    'proxy-header-invalid': 0,
    'proxy-header-timeout': 0,
    'proxy-untrusted': 0,
    draining: 0,
    suspended: 0,
  }
}
