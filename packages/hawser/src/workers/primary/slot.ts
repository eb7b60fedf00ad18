import process from 'node:process'
import { ignore } from '../../promises.js'
import { systemClock } from '../../connection/time/system-clock.js'
import { WorkerError } from '../../errors.js'
import { Backoff, type BackoffOptions } from '../../policy/backoff.js'
import type { ClockTimer } from '../../policy/clock.js'
import type { WorkerProcess } from './worker-process.js'

/** A worker's place: there is one listening, or it is being replaced, or waited for. */
export class Slot {
  /** From 1. */
  readonly number: number
  /** The worker that listens, if one does. */
  current: WorkerProcess | undefined
  /** How many workers listened here so far. */
  started = 0
  readonly #backoff: Backoff
  readonly #spawn: () => WorkerProcess
  /** The worker that is starting. */
  #next: WorkerProcess | undefined
  #timer: ClockTimer | undefined
  #restartAt: number | undefined
  #stopped = false

  constructor(number: number, backoff: BackoffOptions, spawn: () => WorkerProcess) {
    this.number = number
    this.#backoff = new Backoff(backoff, Math.random)
    this.#spawn = spawn
  }

  /** Whether a worker is starting here. */
  get isBusy(): boolean {
    return this.#next !== undefined
  }

  /** How many times in a row its worker crashed or did not start. */
  get failures(): number {
    return this.#backoff.failures
  }

  /** Milliseconds until the next try, while one is waited for. */
  get restartIn(): number | undefined {
    if (this.#restartAt === undefined) return undefined
    return Math.max(0, this.#restartAt - systemClock.now())
  }

  /**
   * Start a worker, and wait until it listens.
   *
   * @returns the one that was current before, which goes on
   * @throws WorkerError
   */
  async start(): Promise<WorkerProcess | undefined> {
    while (this.#next !== undefined) await this.#next.ready.catch(ignore)
    if (this.#stopped) throw closedError()
    this.#cancel()
    const next = this.#spawn()
    this.#next = next
    try {
      await next.ready
    } catch (error) {
      throw this.#stopped ? closedError() : error
    } finally {
      if (this.#next === next) this.#next = undefined
    }
    if (this.#stopped) throw closedError()
    const old = this.current
    this.current = next
    this.started += 1
    return old
  }

  /** Start a worker; when it listens, let the old one drain, and wait until it is gone. */
  async replace(drain: number): Promise<WorkerProcess | undefined> {
    const old = await this.start()
    old?.leave(drain)
    await old?.exited
    return old
  }

  /**
   * A worker of this place has ended.
   *
   * @returns after how many milliseconds another is started; undefined when none is needed
   */
  ended(worker: WorkerProcess): number | undefined {
    if (worker === this.#next) {
      this.#next = undefined
      // The caller that started it the first time, or beside the old one, gets the error and decides.
      if (this.started === 0 || this.current !== undefined) return undefined
      return this.#retry(0)
    }
    if (worker !== this.current) return undefined
    this.current = undefined
    if (this.#next !== undefined) return undefined
    return this.#retry(systemClock.now() - worker.since)
  }

  /** Start nothing any more. */
  stop(): void {
    this.#stopped = true
    this.#cancel()
  }

  #retry(worked: number): number | undefined {
    if (this.#stopped) return undefined
    const wait = this.#backoff.failed(worked)
    this.#restartAt = systemClock.now() + wait
    // What comes of it is told by `ended`, which tries again.
    this.#timer = systemClock.schedule(() => void this.start().catch(ignore), wait, true)
    return wait
  }

  #cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#restartAt = undefined
  }
}

/** What a call on closed workers throws. */
export function closedError(): WorkerError {
  return new WorkerError(
    'HAWSER_WORKERS_CLOSED',
    `the workers of process ${process.pid} were closed and do not start again: call startWorkers for new ones`,
  )
}
