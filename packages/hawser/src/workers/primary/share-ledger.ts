import { Shares } from '../../policy/shares.js'
import type { ShareMessage } from '../protocol.js'
import type { WorkerProcess } from './worker-process.js'

/** What each worker may use of the limits that hold for all together, kept in the primary. */
export class ShareLedger {
  readonly #count: number
  readonly #shares = new Map<string, Shares<WorkerProcess>>()

  /** @param count how many workers there are to be */
  constructor(count: number) {
    this.#count = count
  }

  /** How many all workers together may use; undefined where there is no such limit. */
  totalOf(server: string): number | undefined {
    return this.#shares.get(server)?.state.total
  }

  /** A worker wants some, or gives some back. */
  heard(worker: WorkerProcess, message: ShareMessage): void {
    if (message.hawser === 'give-back') {
      this.#shares.get(message.server)?.giveBack(worker, message.count)
      return
    }
    const { server, total, count } = message
    let shares = this.#shares.get(server)
    if (shares === undefined) {
      shares = new Shares(total, this.#count, {
        granted: (to, granted) => to.say({ hawser: 'granted', server, count: granted }),
        scarce: (to, isScarce) => to.say({ hawser: 'scarce', server, isScarce }),
        stays: ({ state }) => state === 'starting' || state === 'listening',
      })
      this.#shares.set(server, shares)
    }
    // A new version of the program may have another limit; its old workers go on asking meanwhile.
    if (!shares.has(worker) && shares.state.total !== total) shares.resize(total)
    shares.want(worker, count)
  }

  /** A worker is gone. */
  gone(worker: WorkerProcess): void {
    for (const shares of this.#shares.values()) shares.gone(worker)
  }
}
