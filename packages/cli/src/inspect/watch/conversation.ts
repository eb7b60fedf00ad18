import type { SeenConnection } from '@hawser/inspect'
import { Protocol } from './protocol.js'

/** A connection of a watched program, as it is shown. */
export class Conversation {
  readonly connection: SeenConnection
  /** When it was opened. */
  readonly time: number
  readonly protocol: Protocol
  /** Whether it did not come about. */
  isFailed = false
  /** Whether it is said that its bytes cannot be seen. */
  isUnseenSaid = false
  #id = 0

  constructor(connection: SeenConnection, time: number) {
    this.connection = connection
    this.time = time
    this.protocol = new Protocol(connection)
  }

  /** Its number among those that are shown: 1, 2, 3, … */
  get id(): number {
    return this.#id
  }

  /** Whether it is shown. */
  get isBegun(): boolean {
    return this.#id > 0
  }

  begin(id: number): void {
    this.#id = id
  }
}
