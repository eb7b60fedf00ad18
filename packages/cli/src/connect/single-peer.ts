import type { CloseInfo, Connection } from 'hawser'
import type { Outgoing } from '../wire/adapter.js'
import type { Peer } from './conversation.js'

/** A peer that is connected to once. */
export class SinglePeer implements Peer {
  readonly #connection: Connection<Uint8Array, Outgoing>

  constructor(connection: Connection<Uint8Array, Outgoing>) {
    this.#connection = connection
  }

  get closed(): Promise<CloseInfo> {
    return this.#connection.closed
  }

  get unsent(): number {
    return this.#connection.unsent
  }

  get skipped(): number {
    return this.#connection.skipped
  }

  send(message: Uint8Array): Promise<void> {
    return this.#connection.send(message)
  }

  flush(): Promise<void> {
    return this.#connection.flush()
  }

  end(): Promise<void> {
    return this.#connection.end()
  }

  close(): void {
    void this.#connection.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this.#connection[Symbol.asyncIterator]()
  }
}
