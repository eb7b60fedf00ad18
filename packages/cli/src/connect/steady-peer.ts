import {
  type Client,
  type ClientOptions,
  type CloseInfo,
  type Connection,
  createClient,
  type DisconnectedStatus,
} from 'hawser'
import type { Outgoing } from '../wire/adapter.js'
import type { Peer } from './conversation.js'

/** How a peer is reached again. */
export interface SteadyOptions extends Omit<
  ClientOptions<Uint8Array, Outgoing>,
  'heartbeat' | 'queueTimeout'
> {
  /** Sent from time to time; a peer that then says nothing has vanished. */
  readonly ping: Uint8Array | undefined
  /** Milliseconds from one ping to the next. */
  readonly every: number | undefined
}

/** What the user is told. */
export interface SteadyNotices {
  connecting(): void
  connected(connection: Connection<Uint8Array, Outgoing>): void
  disconnected(status: DisconnectedStatus): void
}

/** A peer that is connected to again whenever the connection is lost, until there is no more to send. */
export class SteadyPeer implements Peer {
  readonly closed: Promise<CloseInfo | undefined>
  readonly client: Client<Uint8Array, Outgoing>
  /** How the connection ends whose end was not told. */
  #last: Promise<CloseInfo> | undefined
  #latest: Connection<Uint8Array, Outgoing> | undefined
  #isEnding = false

  constructor(
    endpoint: string,
    { ping, every, ...options }: SteadyOptions,
    notices: SteadyNotices,
  ) {
    const client = createClient<Uint8Array, Outgoing>(endpoint, {
      ...options,
      // What answers a ping is shown like everything else, since nobody says what it looks like.
      ...(ping !== undefined && { heartbeat: { ping, every, isPong: () => false } }),
      // Whoever typed a line sees that there is no connection, and may stop waiting.
      queueTimeout: Infinity,
    })
    this.client = client
    client.on('connecting', () => notices.connecting())
    client.on('connected', () => {
      const { connection } = client
      if (connection === undefined) return
      this.#latest = connection
      this.#last = connection.closed
      notices.connected(connection)
    })
    client.on('disconnected', (status) => {
      if (this.#isEnding) void client.close({ drain: 0 })
      else {
        this.#last = undefined
        notices.disconnected(status)
      }
    })
    this.closed = new Promise((resolve, reject) => {
      client.on('closed', ({ error }) =>
        error === undefined ? resolve(this.#last) : reject(error),
      )
    })
  }

  get unsent(): number {
    return this.client.connection?.unsent ?? 0
  }

  get skipped(): number {
    return this.#latest?.skipped ?? 0
  }

  send(message: Uint8Array): Promise<void> {
    return this.client.send(message)
  }

  async flush(): Promise<void> {
    await this.client.connection?.flush()
  }

  /** Send nothing more: the connection there is, if there is one, is the last. */
  async end(): Promise<void> {
    this.#isEnding = true
    const { connection } = this.client
    if (connection === undefined) await this.client.close()
    else await connection.end()
  }

  close(): void {
    // What waits for a connection has none to wait for any more.
    const isConnected = this.client.connection !== undefined
    void this.client.close(isConnected ? {} : { drain: 0 })
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this.client[Symbol.asyncIterator]()
  }
}
