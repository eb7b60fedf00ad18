import cluster, { type Worker } from 'node:cluster'
import type { Recipient } from '../../input/recipient.js'
import { isOrder, type Order, type Report } from './orders.js'
import type { Listeners } from '../../foreground/typing.js'

/**
 * The workers of `hawser serve`, each by a number that no other ever has: its clients are named by it,
 * and a name is never given twice. A place, which the library calls a slot, goes from one to the next.
 */
export class Crew implements Listeners {
  readonly #numbers = new Map<number | undefined, number>()
  readonly #occupied = new Set<Worker>()
  readonly #pending = new Map<number, (reached: number) => void>()
  #orders = 0
  #arrived: (() => void)[] = []

  constructor() {
    cluster.on('fork', (worker) => this.#take(worker))
  }

  /** Whether any has clients, as far as is known. */
  get isOccupied(): boolean {
    return this.#occupied.size > 0
  }

  /** The number of a worker's process; 0 for one that never came to be. */
  numberOf(pid: number | undefined): number {
    return this.#numbers.get(pid) ?? 0
  }

  /** Tell all how wide the terminal is now. */
  resize(columns: number): void {
    for (const worker of this.#workers()) say(worker, { serve: 'width', columns })
  }

  occupied(): Promise<void> {
    if (this.isOccupied) return Promise.resolve()
    return new Promise((resolve) => this.#arrived.push(resolve))
  }

  async send(bytes: Uint8Array, to: Recipient | undefined): Promise<number> {
    const workers = this.#workers().filter(({ id }) => to === undefined || id === to.worker)
    const reached = await Promise.all(workers.map((worker) => this.#order(worker, bytes, to?.id)))
    return reached.reduce((sum, one) => sum + one, 0)
  }

  #workers(): Worker[] {
    return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
  }

  #take(worker: Worker): void {
    this.#numbers.set(worker.process.pid, worker.id)
    worker.on('message', (message: unknown) => {
      if (isOrder(message)) this.#hear(worker, message as Report)
    })
    worker.once('exit', () => {
      this.#occupied.delete(worker)
      // After those who are told of it by its process.
      setImmediate(() => this.#numbers.delete(worker.process.pid))
    })
  }

  #order(worker: Worker, bytes: Uint8Array, id: number | undefined): Promise<number> {
    const order = ++this.#orders
    return new Promise((resolve) => {
      const done = (reached: number): void => {
        this.#pending.delete(order)
        worker.off('disconnect', gone)
        resolve(reached)
      }
      const gone = (): void => done(0)
      this.#pending.set(order, done)
      worker.on('disconnect', gone)
      if (!say(worker, { serve: 'send', order, bytes, id })) gone()
    })
  }

  #hear(worker: Worker, report: Report): void {
    if (report.serve === 'sent') this.#pending.get(report.order)?.(report.reached)
    else if (report.isOccupied) {
      this.#occupied.add(worker)
      for (const resolve of this.#arrived.splice(0)) resolve()
    } else this.#occupied.delete(worker)
  }
}

/** @returns whether it can be spoken to */
function say(worker: Worker, order: Order): boolean {
  if (!worker.isConnected()) return false
  // An error means that it is gone, and its end says so.
  worker.process.send(order, () => {})
  return true
}
