import { systemClock } from '../../connection/time/system-clock.js'
import type { AddressInfo } from '../../observe/payloads.js'
import type { Slot } from './slot.js'
import type { WorkerProcess, WorkerState } from './worker-process.js'

/** One worker at one moment. */
export interface WorkerInfo {
  /** Its place, from 1; a worker that is being replaced and its successor have the same. */
  readonly slot: number
  /** Its process. */
  readonly pid: number | undefined
  /** What it is doing. */
  readonly state: WorkerState
  /** Milliseconds since it began to listen; 0 before. */
  readonly listeningFor: number
  /** Messages to it that were dropped because too much waited already. */
  readonly dropped: number
  /** Bytes of messages that wait for it here, or are on their way to it: at most `maxQueuedBytes`. */
  readonly queued: number
}

/** All workers at one moment. */
export interface WorkersInfo {
  /** How many there are to be. */
  readonly count: number
  /** How many listen. */
  readonly listening: number
  /** Whether `reload` is under way. */
  readonly reloading: boolean
  /** Whether they are closing, or closed. */
  readonly closing: boolean
  /** How many ended without having been told to, since the beginning. */
  readonly crashes: number
  /** How many were started in the place of another, since the beginning. */
  readonly restarts: number
  /** Where they listen. */
  readonly addresses: readonly (AddressInfo | string)[]
  /** Every process there is, those that start or leave included. */
  readonly workers: readonly WorkerInfo[]
}

/** Describe one. */
export function describeWorker(worker: WorkerProcess): WorkerInfo {
  const { slot, pid, state, since, dropped, queued } = worker
  const listeningFor = since === 0 ? 0 : systemClock.now() - since
  return { slot, pid, state, listeningFor, dropped, queued }
}

/** Describe them all. */
export function describeWorkers(
  slots: readonly Slot[],
  all: Iterable<WorkerProcess>,
  rest: Pick<WorkersInfo, 'crashes' | 'closing' | 'reloading'>,
): WorkersInfo {
  const current = slots.flatMap((slot) => slot.current ?? [])
  const started = slots.reduce((sum, slot) => sum + slot.started, 0)
  return {
    count: slots.length,
    listening: current.filter(({ state }) => state === 'listening').length,
    ...rest,
    restarts: started - slots.filter((slot) => slot.started > 0).length,
    addresses: current[0]?.addresses ?? [],
    workers: [...all].map(describeWorker),
  }
}
