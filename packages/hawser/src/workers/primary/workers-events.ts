import type { WorkerInfo } from './workers-info.js'
import type { WorkerFailure } from './worker-process.js'

/** A worker's process ended. */
export interface WorkerExit {
  /** The worker's place, from 1. */
  readonly slot: number
  /** Its process, if it came to be one. */
  readonly pid: number | undefined
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null
  /** What ended it; null when it ended itself. */
  readonly signal: string | null
  /** What it said went wrong, if it could. */
  readonly failure: WorkerFailure | undefined
  /** Whether it was told to: by `close`, by `reload` or by a signal of its own. */
  readonly expected: boolean
  /** Milliseconds until another one is started in its place; undefined when none is needed. */
  readonly restartIn: number | undefined
}

/** A worker that crashes over and over. */
export interface CrashLoop {
  /** The worker's place, from 1. */
  readonly slot: number
  /** How many times in a row it crashed or did not start. */
  readonly failures: number
  /** How it ended the last time. */
  readonly exit: WorkerExit
}

/** What `Workers` tells, by event. */
export interface WorkersEvents {
  /** A worker listens. */
  listening: [worker: WorkerInfo]
  /** A worker's process ended. */
  exit: [exit: WorkerExit]
  /**
   * A worker ended for the fifth time in a row, without ever having listened for `backoff.resetAfter`.
   * It is tried on and on all the same, at most every `backoff.max`.
   */
  crashLoop: [loop: CrashLoop]
  /** All workers have ended, for good. */
  close: []
}
