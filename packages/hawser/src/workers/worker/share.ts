import { observe } from '../../observe/observe.js'
import { openingsOf } from '../../server/for-worker.js'
import type { ShareMessage } from '../protocol.js'

/** The part of a server whose limit is shared. */
export interface LimitedServer {
  maxConnections: number
  readonly connections: { readonly size: number }
}

/**
 * A worker's share of `maxConnections`, which holds for all workers together. It asks for more before
 * it runs out, and gives back what others need more.
 */
export class Share {
  /** Fulfils when the first part of it is there. */
  readonly begun: Promise<void>
  readonly #name: string
  readonly #server: LimitedServer
  readonly #total: number
  readonly #fair: number
  readonly #say: (message: ShareMessage) => void
  readonly #ends: readonly (() => void)[]
  #held = 0
  #wanted = 0
  #isScarce = false
  #isLeaving = false
  #begin!: () => void

  /** @param count how many workers there are */
  constructor(
    name: string,
    server: LimitedServer,
    count: number,
    say: (message: ShareMessage) => void,
  ) {
    this.#name = name
    this.#server = server
    this.#total = server.maxConnections
    this.#fair = Math.max(1, Math.floor(this.#total / count))
    this.#say = say
    this.begun = new Promise((resolve) => {
      this.#begin = resolve
    })
    const changed = ({ server: whose }: { readonly server: object | undefined }): void => {
      if (whose === server) this.#look()
    }
    this.#ends = [
      observe('hawser:connection:open', changed),
      observe('hawser:connection:close', changed),
      observe('hawser:server:refuse', changed),
    ]
    this.#want(Math.max(1, Math.ceil(this.#total / count)))
    server.maxConnections = 0
  }

  /** The primary granted more. */
  granted(count: number): void {
    this.#wanted = Math.max(0, this.#wanted - count)
    this.#hold(this.#held + count)
    this.#begin()
    this.#look()
  }

  /** Others need some, or do not any more. */
  scarce(isScarce: boolean): void {
    this.#isScarce = isScarce
    this.#look()
  }

  /** Nothing more is accepted here: others may have all that is not in use, now and as it falls free. */
  leave(): void {
    this.#isLeaving = true
    this.#look()
  }

  /** The server is closed. */
  stop(): void {
    for (const end of this.#ends) end()
  }

  #look(): void {
    const spare = this.#held - this.#server.connections.size - openingsOf(this.#server)
    if (this.#isLeaving) this.#giveBack(spare)
    else if (spare < this.#fair / 20 || spare < 1) this.#want(Math.ceil(this.#fair / 4))
    else if (this.#isScarce) this.#giveBack(Math.floor(spare / 2))
  }

  #want(count: number): void {
    if (this.#wanted > 0) return
    this.#wanted = count
    this.#say({ hawser: 'want', server: this.#name, total: this.#total, count })
  }

  #giveBack(count: number): void {
    if (count <= 0) return
    this.#hold(this.#held - count)
    this.#say({ hawser: 'give-back', server: this.#name, count })
  }

  #hold(count: number): void {
    this.#held = count
    this.#server.maxConnections = Math.max(0, count)
  }
}
