import type { Bytes, SeenClose, SeenConnection } from './seen-connection.js'
import type { SeenThread } from './thread.js'

/** Bytes of a connection. */
export interface SeenBytes {
  readonly direction: 'in' | 'out'
  /** They share memory with others: copy what you keep. */
  readonly bytes: Uint8Array
  /** Whether they are the plain text of a TLS connection. */
  readonly isTls: boolean
}

/** What happened to a connection, beside its beginning, its bytes and its end. */
export type SeenEvent =
  | { readonly event: 'connected' | 'tls' | 'unseen' }
  | { readonly event: 'end'; readonly direction: 'in' | 'out' }
  | { readonly event: 'lost'; readonly missed: Bytes }

/** What an inspection calls. Times are those of the program: milliseconds since 1970, with a fraction. */
export interface InspectionHandler {
  /** A thread of a process is watched from now on. */
  thread(thread: SeenThread, time: number): void
  /** It has ended; its connections were closed before. */
  threadEnded(thread: SeenThread): void
  open(connection: SeenConnection, time: number): void
  bytes(connection: SeenConnection, seen: SeenBytes, time: number): void
  event(connection: SeenConnection, event: SeenEvent, time: number): void
  close(connection: SeenConnection, close: SeenClose, time: number): void
  /** Connections that began and ended while the inspector was too slow for any of it, with their bytes. */
  missed(thread: SeenThread, missed: Bytes & { readonly connections: number }): void
  /** Something is not seen: a stranger's blocks, or more than may be. One sentence. */
  trouble(text: string): void
}
