import cluster, { type Worker } from 'node:cluster'
import type { Readable } from 'node:stream'
import { ignore } from '../../promises.js'
import { warn } from '../../report.js'
import { systemClock } from '../../connection/time/system-clock.js'
import { WorkerError } from '../../errors.js'
import type { Family } from '../../metrics/family.js'
import type { ClockTimer } from '../../policy/clock.js'
import type { AddressInfo } from '../../observe/payloads.js'
import type { Handoffs } from './handoffs.js'
import type { ResolvedWorkers } from './workers-options.js'
import { Outgoing } from '../outgoing.js'
import {
  isOurs,
  type LeaveResult,
  type LifeMessage,
  type LoadMessage,
  newcomerTime,
  packTime,
  type PrimaryMessage,
  type SyncMessage,
  type WorkerMessage,
  type WorkerSetup,
  workerVariable,
} from '../protocol.js'
import { passLines } from './whole-lines.js'

/** What a worker is doing. */
export type WorkerState = 'starting' | 'listening' | 'leaving' | 'gone'

/** What a worker said went wrong. */
export interface WorkerFailure {
  /** The error's `code`, if it had one. */
  readonly code: string | undefined
  /** The error's message. */
  readonly message: string
}

/** How a worker's process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

/** Who a worker process reports to. */
export interface ProcessOwner {
  /** A message that is not about starting and ending. */
  heard(
    worker: WorkerProcess,
    message: Exclude<WorkerMessage, LifeMessage | SyncMessage | LoadMessage>,
  ): void
  /** It said what it has counted. */
  scraped(worker: WorkerProcess, families: readonly Family[]): void
  /** It was asked from outside to end. */
  wantsReplacement(worker: WorkerProcess): void
  /** Its channel is closed: what it held is free again. */
  disconnected(worker: WorkerProcess): void
  /** It has ended. */
  ended(worker: WorkerProcess, ending: Ending): void
  /** It listens. */
  listening(worker: WorkerProcess): void
}

/** One worker, seen from the primary. */
export class WorkerProcess {
  readonly slot: number
  readonly pid: number | undefined
  /** Fulfils when it listens; rejects with WorkerError when it comes to nothing. */
  readonly ready: Promise<void>
  /** Fulfils when its process has ended. */
  readonly exited: Promise<Ending>
  state: WorkerState = 'starting'
  addresses: readonly (AddressInfo | string)[] = []
  /** When it began to listen, by the system's clock. */
  since = 0
  /** What it said when it left. */
  result: LeaveResult | undefined
  /** What it said went wrong. */
  failure: WorkerFailure | undefined
  /** Whether it had to be killed. */
  killed = false
  /** Messages that were dropped because it was too slow. */
  dropped = 0
  readonly #worker: Worker
  readonly #options: ResolvedWorkers
  readonly #owner: ProcessOwner
  readonly #loaded: (message: LoadMessage) => void
  readonly #outgoing = new Outgoing({
    send: (bytes, done) => {
      if (!this.say({ hawser: 'parcels', bytes }, done)) this.#outgoing.clear()
    },
  })
  #startTimer: ClockTimer
  #killTimers: ClockTimer[] = []
  #settle!: { resolve(): void; reject(error: WorkerError): void }
  #end!: (ending: Ending) => void

  constructor(slot: number, options: ResolvedWorkers, handoffs: Handoffs, owner: ProcessOwner) {
    this.slot = slot
    this.#options = options
    this.#owner = owner
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.exited = new Promise((resolve) => {
      this.#end = resolve
    })
    // The caller that starts it may look at something else first.
    this.ready.catch(ignore)
    this.#worker = fork(slot, options)
    const child = this.#worker.process
    this.pid = child.pid
    this.#loaded = handoffs.add(this.#worker)
    this.#listen()
    const { startTimeout } = options
    this.#startTimer = systemClock.schedule(() => this.#startedTooLate(), startTimeout, true)
  }

  /** Whether it can be spoken to. */
  get isConnected(): boolean {
    return this.#worker.isConnected()
  }

  /** Bytes of other workers' messages that wait for it. */
  get queued(): number {
    return this.#outgoing.size
  }

  /**
   * Say something to it.
   *
   * @returns whether it was sent
   */
  say(message: PrimaryMessage, done: () => void = ignore): boolean {
    if (!this.isConnected) return false
    // An error means that it is gone, and its end is heard of anyway.
    this.#worker.process.send(message, () => done())
    return true
  }

  /** Bring it what others published; dropped and counted when too much waits already. */
  pass(bytes: Uint8Array): void {
    if (!this.isConnected) return
    const { size } = this.#outgoing
    if (size > 0 && size + bytes.length > this.#options.maxQueuedBytes) this.dropped += 1
    else this.#outgoing.pass(bytes)
  }

  /** Answer a request of it. */
  answer(id: number, value: unknown): void {
    this.say({ hawser: 'answer', id, value })
  }

  /** Refuse a request of it. */
  refuse(id: number, error: NodeJS.ErrnoException): void {
    const { code, message } = error
    this.say({ hawser: 'answer', id, error: { code, message } })
  }

  /** Let it drain and end; called again, the shortest drain counts. It is killed if it does not. */
  leave(drain: number): void {
    if (this.state === 'gone') return
    if (this.state === 'starting') {
      this.kill()
      return
    }
    this.state = 'leaving'
    this.say({ hawser: 'leave', drain: packTime(drain) })
    const time = (drain === 0 ? 0 : drain + newcomerTime) + this.#options.leaveTimeout
    this.#killTimers.push(systemClock.schedule(() => this.kill(), time, true))
  }

  /** End it at once. */
  kill(): void {
    if (this.state === 'gone') return
    if (this.state === 'leaving') this.killed = true
    this.#worker.process.kill('SIGKILL')
  }

  #listen(): void {
    const worker = this.#worker
    const child = worker.process
    // Errors on the channel of a worker that has just died: its end says more.
    worker.on('error', (error) => {
      this.failure ??= { code: undefined, message: error.message }
      if (child.pid === undefined) this.#ended({ code: null, signal: null })
    })
    worker.on('message', (message: unknown) => {
      if (isOurs(message)) this.#hear(message as WorkerMessage)
    })
    child.once('disconnect', () => {
      this.#outgoing.clear()
      this.#owner.disconnected(this)
    })
    child.once('exit', (code, signal) => this.#ended({ code, signal }))
    this.#pass(child.stdout, false)
    this.#pass(child.stderr, true)
  }

  #pass(stream: Readable | null, error: boolean): void {
    const { output } = this.#options
    if (stream === null || output === 'inherit') return
    const from = { slot: this.slot, error }
    let hasFailed = false
    const failed = (cause: unknown): void => {
      // One that fails does so at every line.
      if (!hasFailed) warn(cause)
      hasFailed = true
    }
    passLines(stream as AsyncIterable<Uint8Array>, async (lines) => {
      try {
        await output(lines, from)
      } catch (cause) {
        failed(cause)
      }
    }).catch(failed)
  }

  #hear(message: WorkerMessage): void {
    const { hawser: kind } = message
    if (kind === 'ready') this.#listens(message.addresses)
    else if (kind === 'failed') this.failure = { code: message.code, message: message.message }
    else if (kind === 'left') this.result = { drained: message.drained, forced: message.forced }
    else if (kind === 'replace') this.#owner.wantsReplacement(this)
    else if (kind === 'scraped') this.#owner.scraped(this, message.families)
    else if (kind === 'load') this.#loaded(message)
    else if (kind === 'sync') this.answer(message.id, undefined)
    else this.#owner.heard(this, message)
  }

  #listens(addresses: readonly (AddressInfo | string)[]): void {
    if (this.state !== 'starting') return
    this.state = 'listening'
    this.addresses = addresses
    this.since = systemClock.now()
    this.#startTimer.cancel()
    this.#settle.resolve()
    this.#owner.listening(this)
  }

  #startedTooLate(): void {
    const { startTimeout } = this.#options
    this.failure = {
      code: undefined,
      message: `it did not listen within ${startTimeout} ms: call joinWorkers(server) and server.listen in its script, or raise startTimeout`,
    }
    this.kill()
  }

  #ended(ending: Ending): void {
    if (this.state === 'gone') return
    this.#startTimer.cancel()
    for (const timer of this.#killTimers) timer.cancel()
    if (this.state === 'starting') this.#settle.reject(this.#startError(ending))
    const { state } = this
    this.state = 'gone'
    this.#end(ending)
    // What it was doing when it ended says whether that was wanted.
    if (state === 'leaving') this.result ??= { drained: 0, forced: 0 }
    this.#owner.ended(this, ending)
  }

  #startError({ code, signal }: Ending): WorkerError {
    const how = signal === null ? `code ${code}` : `signal ${signal}`
    const why =
      this.failure?.message ??
      `it ended with ${how} before it listened: its output says why, unless it never called joinWorkers(server) and server.listen`
    return new WorkerError('HAWSER_WORKER_FAILED', `worker ${this.slot} did not start: ${why}`, {
      op: 'listen',
      cause: this.failure,
    })
  }
}

function fork(slot: number, options: ResolvedWorkers): Worker {
  const { script, args, env, execArgv, count, drain, reusePort, output } = options
  // Holds for the forks to come only; so two sets of workers in one process do not disturb each other.
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({
    exec: script,
    args: [...args],
    execArgv: [...execArgv],
    serialization: 'advanced',
    silent: output !== 'inherit',
  })
  const setup: WorkerSetup = { slot, count, drain: packTime(drain), reusePort }
  return cluster.fork({ ...env, [workerVariable]: JSON.stringify(setup) })
}
