import type { Definition } from './definition.js'

/** A session as the page sees it. */
export interface SessionState {
  /** 1, 2, 3, … in the order they were started. */
  readonly id: number
  readonly definition: Definition
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed'
  /** Why it failed, with what to do. */
  readonly error?: string | undefined
  /** How it ended by itself, where that is no failure. */
  readonly ended?: string | undefined
  /** Where it listens, or is connected to, with the real port. */
  readonly addresses: readonly string[]
  readonly connections: number
  /** `null` for no limit: JSON has no `Infinity`. */
  readonly maxConnections: number | null
  readonly accepted: number
  readonly refused: number
  readonly bytesRead: number
  readonly bytesWritten: number
  /** The log that its rows are in: 0 for that of the workbench, else the number of a file session. */
  readonly log: number
  /** Whether one may speak through it. */
  readonly canSend: boolean
}

/** A connection as the page sees it. */
export interface ConnectionState {
  /** Its number in the log. */
  readonly id: number
  readonly session: number
  readonly local: string
  readonly remote: string
  /** Milliseconds since 1970. */
  readonly since: number
  readonly phase: string
  readonly isPaused: boolean
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Bytes that wait to be sent. */
  readonly unsent: number
  readonly tls?: TlsState | undefined
  /** Of a program that is watched: its process and thread, and what the connection seems to speak. */
  readonly holder?: string | undefined
  readonly guess?: string | undefined
}

/** What was agreed with a TLS peer. */
export interface TlsState {
  readonly protocol: string
  readonly cipher: string
  readonly alpn?: string | undefined
  readonly servername?: string | undefined
  /** The chain that the peer showed, its own first. */
  readonly certificates: readonly CertificateState[]
}

export interface CertificateState {
  readonly subject: string
  readonly issuer: string
  /** Milliseconds since 1970. */
  readonly validFrom: number
  readonly validTo: number
}
