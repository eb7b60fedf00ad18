import type {
  ClientStatus,
  ClosedStatus,
  ConnectedStatus,
  ConnectingStatus,
  DisconnectedStatus,
} from './status.js'

/** The events of a client: each change of its status, by its state and as `status`. */
export interface ClientEvents {
  /** Any change. */
  status: [status: ClientStatus]
  /** It dials. */
  connecting: [status: ConnectingStatus]
  /** Messages flow. */
  connected: [status: ConnectedStatus]
  /** The connection is gone, or did not come about; the status says why. */
  disconnected: [status: DisconnectedStatus]
  /** It was closed, or gave up. */
  closed: [status: ClosedStatus]
}

/** What a client did and has at one moment. */
export interface ClientInfo {
  /** Messages that wait for a connection, or for room on it. */
  readonly queued: number
  /** Bytes of memory that those take, as `maxQueuedBytes` counts them. */
  readonly queuedBytes: number
  /** Requests that were sent and wait for their reply. */
  readonly pending: number
  /** Replies that came after their request had been given up. */
  readonly late: number
  /** Connections that messages flowed on, since the beginning. */
  readonly connections: number
}
