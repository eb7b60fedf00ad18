export type { BackoffOptions } from '../policy/backoff.js'
export type { CrashLoop, WorkerExit, WorkersEvents } from './events.js'
export type { WorkerInfo, WorkersInfo } from './info.js'
export { currentWorker, type JoinOptions, joinWorkers, type WorkerContext } from './join-workers.js'
export type { WorkerOutput, WorkersOptions } from './options.js'
export type { WorkersMetricsOptions } from './scrapes.js'
export { startWorkers } from './start-workers.js'
export type { WorkerFailure, WorkerState } from './worker-process.js'
export {
  type ReloadResult,
  Workers,
  type WorkersCloseOptions,
  type WorkersCloseResult,
} from './workers.js'
export { workersBackplane } from './workers-backplane.js'
