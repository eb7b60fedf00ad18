export type { CloseOptions, CloseResult } from '../connection/server-face.js'
export type { BackoffOptions } from '../policy/backoff.js'
export { WorkerError } from '../errors.js'
export type { CrashLoop, WorkerExit, WorkersEvents } from './primary/workers-events.js'
export type { WorkerInfo, WorkersInfo } from './primary/workers-info.js'
export {
  currentWorker,
  type JoinOptions,
  joinWorkers,
  type WorkerContext,
} from './worker/join-workers.js'
export type { WorkerOutput, WorkersOptions } from './primary/workers-options.js'
export type { WorkersMetricsOptions } from './primary/scrapes.js'
export { startWorkers } from './primary/start-workers.js'
export type { WorkerFailure, WorkerState } from './primary/worker-process.js'
export { type ReloadResult, Workers, type WorkersCloseResult } from './primary/workers.js'
export { workersBackplane } from './worker/workers-backplane.js'
