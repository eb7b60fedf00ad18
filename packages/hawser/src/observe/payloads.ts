import type { HawserError } from '../errors.js'

/** The part of a `Connection` that observers need. */
export interface ObservedConnection {
  /** 1, 2, 3, … in the order this process made its connections. */
  readonly id: number
  /** What the program keeps with the connection. */
  readonly data: unknown
  /** Our IP address, or the path of our Unix socket. */
  readonly localAddress: string | undefined
  /** Our port; undefined on a Unix socket. */
  readonly localPort: number | undefined
  /** `IPv4`, `IPv6` or `unix`. */
  readonly localFamily: string | undefined
  /** The peer's IP address. */
  readonly remoteAddress: string | undefined
  /** The peer's port; undefined on a Unix socket. */
  readonly remotePort: number | undefined
  /** `IPv4`, `IPv6` or `unix`. */
  readonly remoteFamily: string | undefined
  /** Bytes received. */
  readonly bytesRead: number
  /** Bytes accepted for sending. */
  readonly bytesWritten: number
  /** Messages delivered. */
  readonly messagesRead: number
  /** Messages accepted for sending. */
  readonly messagesWritten: number
  /** Bytes accepted and not yet handed to the operating system. */
  readonly unsent: number
}

/** Something happened at a server. */
export interface ServerPayload {
  /** The `Server`: compare it with yours. */
  readonly server: object
}

/** Where a server listens on TCP, as `net.Server.address()` says it. */
export interface AddressInfo {
  /** The IP address. */
  readonly address: string
  /** `IPv4` or `IPv6`. */
  readonly family: string
  /** The port. */
  readonly port: number
}

/** A server listens. */
export interface ListenPayload extends ServerPayload {
  /** Where: address, family and port, or the path of a Unix socket. */
  readonly address: AddressInfo | string
}

/** A connection was refused. */
export interface RefusePayload extends ServerPayload {
  /** The peer, the reason and the limit it met: what the server's `drop` event says. */
  readonly refusal: {
    /** Which rule it met: a `RefusalReason`. */
    readonly reason: string
    /** How many there were. */
    readonly connections: number
    /** How many there may be. */
    readonly limit: number
    /** The peer's IP address. */
    readonly remoteAddress?: string | undefined
    /** The peer's port. */
    readonly remotePort?: number | undefined
    /** `IPv4`, `IPv6` or `unix`. */
    readonly remoteFamily?: string | undefined
    /** Our IP address, or the path of our Unix socket. */
    readonly localAddress?: string | undefined
    /** Our port. */
    readonly localPort?: number | undefined
    /** `IPv4`, `IPv6` or `unix`. */
    readonly localFamily?: string | undefined
    /** What was wrong with how it began. */
    readonly error?: HawserError | undefined
  }
}

/** A TLS handshake is done. */
export interface HandshakePayload extends ServerPayload {
  /** How long it took. */
  readonly milliseconds: number
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  /** Whether an earlier session was resumed. */
  readonly resumed: boolean
  /** The peer's IP address. */
  readonly remoteAddress: string | undefined
}

/** Something happened on a connection. */
export interface ConnectionPayload {
  /** The `Connection`. */
  readonly connection: ObservedConnection
  /** The `Server` that accepted it; undefined for one that was dialled. */
  readonly server: object | undefined
  /** The `Client` or `Pool` that dialled it; undefined for others. */
  readonly client: object | undefined
}

/** Bytes came in or go out. */
export interface BytesPayload extends ConnectionPayload {
  /**
   * The bytes themselves; of a TLS connection, those inside. They are valid only until the listener returns: copy
   * what you keep, and do not change them.
   */
  readonly bytes: Uint8Array
}

/** A message came in or goes out. */
export interface MessagePayload extends ConnectionPayload {
  /** The message itself, not a copy: look, and do not change it. */
  readonly message: unknown
}

/** More waits in an outbox than should. */
export interface OverflowPayload extends ConnectionPayload {
  /** `high-water`: senders are asked to wait. `full`: the connection is reset. */
  readonly kind: 'high-water' | 'full'
  /** Bytes waiting. */
  readonly unsent: number
  /** Bytes that were exceeded: the option `highWaterMark` or `outbox`. */
  readonly limit: number
}

/** A connection is gone. */
export interface ClosePayload extends ConnectionPayload {
  /** How it ended: what `connection.closed` fulfils with. */
  readonly info: {
    /** Which side ended it. */
    readonly by: 'local' | 'remote' | 'error'
    /** The reason: a `CloseReason`. */
    readonly reason: string
    /** The phase it was in: a `ConnectionPhase`. */
    readonly phase: string
    /** Bytes received. */
    readonly bytesRead: number
    /** Bytes accepted for sending. */
    readonly bytesWritten: number
    /** Bytes accepted and never handed to the operating system. */
    readonly unsent: number
    /** Bytes received and never delivered. */
    readonly undelivered: number
    /** The error behind it, where there is one. */
    readonly error?: HawserError
  }
}
