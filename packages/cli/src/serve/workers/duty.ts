import type { Recipient } from '../../input/recipient.js'
import { isOrder, type Order, type Report } from './orders.js'

/** What a worker sends by, and what it knows of its clients. */
export interface Clients {
  readonly count: number
  send(bytes: Uint8Array, to: Recipient | undefined): Promise<number>
}

/** A worker's half of what it and the primary say to each other. */
export class Duty {
  readonly #resized: (columns: number) => void
  #clients: Clients | undefined
  #isOccupied = false
  #isSaying = false

  /** @param resized called with the columns of the primary's terminal whenever they change */
  constructor(resized: (columns: number) => void) {
    this.#resized = resized
    process.on('message', (message: unknown) => {
      if (isOrder(message)) void this.#obey(message as Order)
    })
  }

  /** These are the clients. */
  serve(clients: Clients): void {
    this.#clients = clients
  }

  /** A client came or went. Said once for many that do so together. */
  changed(): void {
    const isOccupied = (this.#clients?.count ?? 0) > 0
    if (this.#isSaying || isOccupied === this.#isOccupied) return
    this.#isOccupied = isOccupied
    this.#isSaying = true
    say({ serve: 'occupied', isOccupied }, () => {
      this.#isSaying = false
      this.changed()
    })
  }

  async #obey(order: Order): Promise<void> {
    if (order.serve === 'width') {
      this.#resized(order.columns)
      return
    }
    const { id, bytes } = order
    const to = id === undefined ? undefined : { worker: undefined, id }
    const reached = (await this.#clients?.send(bytes, to)) ?? 0
    say({ serve: 'sent', order: order.order, reached }, () => {})
  }
}

function say(report: Report, done: () => void): void {
  // Without the primary nothing follows any more.
  if (process.connected) process.send?.(report, undefined, {}, done)
}
