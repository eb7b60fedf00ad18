import { captureRejectionSymbol, EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers'
import { handled, ignore } from '../../promises.js'
import { report, warn } from '../../report.js'
import { closeNames } from '../../connection/options/close-options.js'
import type { CloseOptions, CloseResult } from '../../connection/server-face.js'
import { checkOptions } from '../../options/check-options.js'
import { atLeast, milliseconds } from '../../options/numbers.js'
import { AddressLedger } from './address-ledger.js'
import { Bindings } from './bindings.js'
import type { WorkerExit, WorkersEvents } from './workers-events.js'
import { describeWorker, describeWorkers, type WorkersInfo } from './workers-info.js'
import type { ResolvedWorkers } from './workers-options.js'
import { Handoffs } from './handoffs.js'
import { NodeRelay } from './node-relay.js'
import { Scrapes, workersMetricsNames, type WorkersMetricsOptions } from './scrapes.js'
import { ShareLedger } from './share-ledger.js'
import { Slot } from './slot.js'
import { type Ending, type ProcessOwner, WorkerProcess } from './worker-process.js'

/** How workers ended. */
export interface WorkersCloseResult extends CloseResult {
  /** Workers that did not end in time and were killed, with what connections they had. */
  readonly killed: number
}

/** What came of a reload. */
export interface ReloadResult extends WorkersCloseResult {
  /** Workers that were replaced. */
  readonly replaced: number
}

/** After so many failures in a row it is called a crash loop. */
const crashLoop = 5

let make: (options: ResolvedWorkers) => Workers
let start: (workers: Workers) => Promise<void>

/** Workers that have not started. */
export function makeWorkers(options: ResolvedWorkers): Workers {
  return make(options)
}

/** Called once for each. */
export function startAll(workers: Workers): Promise<void> {
  return start(workers)
}

/** Processes that serve the same endpoints, and are replaced when they crash. */
export class Workers extends EventEmitter<WorkersEvents> implements AsyncDisposable {
  readonly #options: ResolvedWorkers
  readonly #slots: readonly Slot[]
  readonly #all = new Set<WorkerProcess>()
  readonly #bindings: Bindings
  readonly #shares: ShareLedger
  readonly #addresses = new AddressLedger<WorkerProcess>()
  readonly #relay = new NodeRelay<WorkerProcess>(() => this.#tellNodes())
  readonly #scrapes: Scrapes
  #isTelling = false
  #crashes = 0
  #closing: Promise<WorkersCloseResult> | undefined
  #reloading: Promise<unknown> = Promise.resolve()
  #reloads = 0
  static {
    make = (options) => new Workers(options)
    start = (workers) => workers.#start()
  }

  /** Made by `startWorkers`. */
  private constructor(options: ResolvedWorkers) {
    super({ captureRejections: true })
    // What an async listener rejects with is treated as what it throws.
    Object.defineProperty(this, captureRejectionSymbol, { value: warn })
    this.#options = options
    this.#bindings = new Bindings(options.reusePort)
    this.#shares = new ShareLedger(options.count)
    this.#scrapes = new Scrapes((server) => this.#shares.totalOf(server))
    const owner = this.#owner()
    const handoffs = new Handoffs()
    const spawn = (number: number): WorkerProcess => {
      const worker = new WorkerProcess(number, options, handoffs, owner)
      this.#all.add(worker)
      return worker
    }
    this.#slots = Array.from({ length: options.count }, (_, index) => {
      return new Slot(index + 1, options.backoff, () => spawn(index + 1))
    })
  }

  async #start(): Promise<void> {
    const [first, ...others] = this.#slots
    try {
      await first?.start()
      await Promise.all(others.map((slot) => slot.start()))
    } catch (error) {
      await this.close({ drain: 0 })
      throw error
    }
  }

  /** The state of all workers at this moment. */
  info(): WorkersInfo {
    return describeWorkers(this.#slots, this.#all, {
      crashes: this.#crashes,
      closing: this.#closing !== undefined,
      reloading: this.#reloads > 0,
    })
  }

  /**
   * Metrics of all workers in the text format of Prometheus, version 0.0.4: those of `hawser/metrics`
   * for every server that joined, and what only the primary knows. What a worker counted stays when it
   * leaves; of one that crashed, what it had counted when it was last asked.
   */
  async prometheus(options: WorkersMetricsOptions = {}): Promise<string> {
    checkOptions(options, workersMetricsNames)
    const deadline = milliseconds('deadline', options.deadline ?? 1_000)
    return this.#scrapes.render([...this.#all], this.info(), options.by ?? 'worker', deadline)
  }

  /**
   * Replace all workers, one after the other: start the new one, wait until it listens, let the old
   * one drain. So a new version of the program, of its options or of its certificates comes into use
   * without a refused or a reset connection (but see `reusePort`). A call during a reload waits for it
   * and begins another.
   *
   * It takes up to the number of workers times the drain. There is one process more meanwhile.
   *
   * @throws WorkerError `HAWSER_WORKER_FAILED` when a new worker does not start; then the reload ends
   *   there, and the old ones that are left go on. `HAWSER_WORKERS_CLOSED` when they were closed. Never
   *   unhandled: a forgotten `await` does not end the primary, whose event `exit` tells of it as well
   */
  reload(): Promise<ReloadResult> {
    this.#reloads += 1
    const reloading = this.#reloading
      .catch(ignore)
      .then(() => this.#reload())
      .finally(() => {
        this.#reloads -= 1
      })
    this.#reloading = reloading
    return handled(reloading)
  }

  /**
   * Let all workers stop accepting, drain and end. Called again, the shortest drain counts. Default of
   * `drain`: that of `startWorkers`.
   *
   * @returns how many connections ended by themselves or at rest, and how many were forced
   * @throws OptionError when `drain` is no number of milliseconds
   */
  close(options: CloseOptions = {}): Promise<WorkersCloseResult> {
    checkOptions(options, closeNames)
    const drain = atLeast('drain', options.drain ?? this.#options.drain, 0, 'milliseconds')
    for (const slot of this.#slots) slot.stop()
    this.#leave(drain)
    this.#closing ??= this.#finish()
    const { signal } = options
    const force = (): void => this.#leave(0)
    if (signal?.aborted === true) force()
    else if (signal !== undefined) {
      signal.addEventListener('abort', force, { once: true })
      void this.#closing.then(() => signal.removeEventListener('abort', force))
    }
    return this.#closing
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #leave(drain: number): void {
    for (const worker of this.#all) worker.leave(drain)
  }

  async #finish(): Promise<WorkersCloseResult> {
    const workers = [...this.#all]
    await Promise.all(workers.map(({ exited }) => exited))
    report(() => this.emit('close'))
    return add(workers)
  }

  async #reload(): Promise<ReloadResult> {
    const replaced: WorkerProcess[] = []
    for (const slot of this.#slots) {
      const old = await slot.replace(this.#options.drain)
      if (old !== undefined) replaced.push(old)
    }
    return { replaced: this.#slots.length, ...add(replaced) }
  }

  #owner(): ProcessOwner {
    return {
      heard: (worker, message) => this.#heard(worker, message),
      scraped: (worker, families) => this.#scrapes.answered(worker, families),
      listening: (worker) => report(() => this.emit('listening', describeWorker(worker))),
      wantsReplacement: (worker) => this.#replaceAlone(worker),
      disconnected: (worker) => this.#gone(worker),
      ended: (worker, ending) => this.#ended(worker, ending),
    }
  }

  #heard(worker: WorkerProcess, message: Parameters<ProcessOwner['heard']>[1]): void {
    switch (message.hawser) {
      case 'want':
      case 'give-back':
        this.#shares.heard(worker, message)
        return
      case 'addresses':
        this.#addresses.heard(worker, message)
        return
      case 'parcels':
        this.#relay.heard(worker, message.bytes)
        return
      case 'bind':
      case 'bound':
      case 'unbound':
      case 'bind-path':
      case 'bound-path':
      case 'unbound-path':
        this.#bindings.heard(worker, message)
    }
  }

  /** What it held is free again. */
  #gone(worker: WorkerProcess): void {
    this.#bindings.gone(worker)
    this.#shares.gone(worker)
    this.#addresses.gone(worker)
    this.#relay.gone(worker)
  }

  /** Once for all that came and went in this turn. */
  #tellNodes(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    setImmediate(() => {
      this.#isTelling = false
      const { nodes } = this.#relay
      for (const worker of this.#all) worker.say({ hawser: 'nodes', nodes })
    })
  }

  #replaceAlone(worker: WorkerProcess): void {
    const slot = this.#slots[worker.slot - 1]
    if (slot?.current !== worker || this.#closing !== undefined || slot.isBusy) return
    // It was asked to end, whether or not its successor starts.
    const leave = (): void => worker.leave(this.#options.drain)
    slot.replace(this.#options.drain).catch(leave)
  }

  #ended(worker: WorkerProcess, ending: Ending): void {
    const { slot: number, pid, result, failure } = worker
    this.#all.delete(worker)
    this.#scrapes.ended(worker)
    // Its channel may be found closed only later.
    this.#shares.gone(worker)
    const slot = this.#slots[number - 1]
    const expected = result !== undefined || this.#closing !== undefined
    if (!expected) this.#crashes += 1
    const restartIn = slot?.ended(worker)
    const exit: WorkerExit = { slot: number, pid, ...ending, failure, expected, restartIn }
    report(() => this.emit('exit', exit))
    if (restartIn !== undefined && slot?.failures === crashLoop) {
      const loop = { slot: number, failures: crashLoop, exit }
      report(() => this.emit('crashLoop', loop))
    }
  }
}

function add(workers: readonly WorkerProcess[]): WorkersCloseResult {
  let drained = 0
  let forced = 0
  for (const { result } of workers) {
    drained += result?.drained ?? 0
    forced += result?.forced ?? 0
  }
  return { drained, forced, killed: workers.filter(({ killed }) => killed).length }
}
