import type { ProxyHeader } from './proxy-protocol/header.js'
import type { TlsSession, TlsTerms } from './tls.js'

/**
 * The byte stream a connection is built on. Everything that carries bytes (a TCP socket, a Unix
 * socket, a TLS session, a pair in memory) fulfils this one contract, and the conformance suite in
 * `hawser/testing` holds each of them to what it declares.
 */

/** What a transport can do; the conformance suite asserts each one that is declared. */
export interface TransportCapabilities {
  /** `reset` makes the peer see a reset. Without it, `reset` is an immediate close. */
  readonly reset: boolean
  /** `end` closes our direction only; without it, it closes both. */
  readonly halfClose: boolean
  /** `received` may be called with bytes that are valid only during the call. */
  readonly borrowedReads: boolean
  /** `unsent` falls while one write is still under way, not only when it completes. */
  readonly writeProgress: boolean
}

/** One end's name: an IP address with port, or a Unix socket's path (empty when it has none). */
export interface TransportAddress {
  /** An IP address, or a Unix socket's path. */
  readonly address: string
  /** `IPv4`, `IPv6` or `unix`. */
  readonly family: string
  /** The port, 0–65535. Absent for a Unix socket. */
  readonly port?: number
}

/** Both ends' names. */
export interface TransportAddresses {
  /** Our end. */
  readonly local: TransportAddress | undefined
  /** The peer's end. */
  readonly remote: TransportAddress | undefined
}

/** A connection that came through a proxy which said so. */
export interface ProxiedConnection {
  /** The socket's other end: the proxy. */
  readonly peer: TransportAddress | undefined
  /** What it said. */
  readonly header: ProxyHeader
}

/**
 * What a transport calls when something happens. Calls arrive in the order
 * `(received | wrote)* peerEnded? wrote* gone`; nothing follows `gone`. A transport never calls them
 * from inside a call that its owner makes on it: what is due when `start` or `resume` is called waits
 * for the next turn.
 */
export interface TransportSink {
  /**
   * Bytes arrived.
   *
   * @param bytes at least one byte
   * @param borrowed true: `bytes` is valid only until this call returns, then it is overwritten.
   *   false: the receiver owns it from now on.
   * @param headroom how many bytes in front of `bytes`, in the same ArrayBuffer, the receiver may
   *   overwrite during this call. It lets a partial frame be put in front of its rest without
   *   copying the rest. 0 when there is none.
   * @param isMore true: more that was read at once may follow in this turn, so that what is sent
   *   because of these bytes may wait for it. Default false.
   */
  received(bytes: Uint8Array, borrowed: boolean, headroom: number, isMore?: boolean): void
  /** The peer ended its direction (FIN). At most once, after the last `received`. */
  peerEnded(): void
  /** A `write` that returned false has now been handed to the operating system whole. */
  wrote(): void
  /** The transport is gone, with the operating system's error if there was one. Once, and last. */
  gone(error: Error | undefined): void
}

/** What `write` takes: bytes as they are, or text that goes out as UTF-8. */
export type TransportChunk = Uint8Array | string

/** A byte stream: bytes in by push, bytes out by `write`, and both ends' state. */
export interface Transport {
  /** What this transport can do. */
  readonly capabilities: TransportCapabilities
  /** Bytes accepted by `write` and not yet handed to the operating system. */
  readonly unsent: number
  /** Both ends' names, where the transport knows them. */
  readonly addresses: TransportAddresses
  /** The proxy it came through, where that one said for whom it speaks: `addresses` are theirs. */
  readonly proxied?: ProxiedConnection | undefined
  /** What was agreed on, where it speaks TLS. */
  readonly tls?: TlsSession | undefined
  /** Whether the peer has sent anything at all, where `secure` is there. */
  readonly hasReceived?: boolean | undefined
  /** Begin to push into `sink`. Called once, before anything else. */
  start(sink: TransportSink): void
  /** Call `received` no more until `resume`. While paused neither FIN nor reset may be noticed. */
  pause(): void
  /**
   * Take back bytes that were received as owned and that nothing reads any more, to read into them
   * again. Left out, they are garbage.
   */
  recycle?(bytes: Uint8Array): void
  /** Push again. */
  resume(): void
  /**
   * Hand over all of `chunks`, in order, in one operation. The transport owns byte chunks until
   * the write is complete; they must not be changed.
   *
   * At most one write is under way: after a write that returned false, the next follows `wrote`.
   *
   * @param size how many bytes they are, where that is known: text with as many characters is ASCII
   * @returns true when all of it was taken at once; then no `wrote` follows.
   */
  write(chunks: readonly TransportChunk[], size?: number): boolean
  /** End our direction once what was written has left (FIN). Idempotent. */
  end(): void
  /** Drop everything and tell the peer at once (RST where `capabilities.reset`). Idempotent. */
  reset(): void
  /** Release the stream in an orderly way: what the operating system holds is still delivered. */
  close(): void
  /**
   * Speak TLS from here on, where the transport can. Reading has not begun or is paused, and stays so;
   * no write is under way.
   *
   * @returns fulfils when the handshake is done; rejects with an Error whose `code` is OpenSSL's, or
   *   `ECONNRESET` when the peer is gone. Then the transport is for the caller to close
   */
  secure?(terms: TlsTerms): Promise<void>
  /** Keep the process alive for this stream (the default). */
  ref(): void
  /** Let the process end though this stream is open. */
  unref(): void
}
