import { type Connection, relay } from 'hawser'
import type { Joined, SessionResult } from './joined.js'

/** A client and the target joined by the library, which knows no faults and shows nothing. */
export class PlainSession implements Joined {
  readonly result: Promise<SessionResult>
  readonly #client: Connection
  readonly #target: Connection
  #isOurs = false

  constructor(client: Connection, target: Connection) {
    this.#client = client
    this.#target = target
    this.result = this.#relay()
  }

  async run(): Promise<void> {
    await this.result
  }

  drain(): void {
    this.#isOurs = true
    void this.#target.end().catch(() => {})
  }

  close(): void {
    this.#isOurs = true
    for (const end of [this.#client, this.#target]) void end.close()
  }

  reset(): void {
    this.#isOurs = true
    for (const end of [this.#client, this.#target]) end.reset()
  }

  async #relay(): Promise<SessionResult> {
    const { endedBy, a: client, b: target } = await relay(this.#client, this.#target)
    const who = endedBy === 'a' ? 'client' : 'target'
    return { endedBy: this.#isOurs ? 'local' : who, client, target }
  }
}
