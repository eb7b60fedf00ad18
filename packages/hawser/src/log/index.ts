export { LogError } from '../errors.js'
export type { JsonValue, LogEvent } from './format/events.js'
export { rowFlags } from './format/kinds.js'
export { createLog } from './writer/create-log.js'
export type { LogOptions } from './writer/log-options.js'
export type {
  LogInfo,
  LoggedConnection,
  LoggedEnds,
  OpenDetails,
  SessionLog,
} from './writer/session-log.js'
