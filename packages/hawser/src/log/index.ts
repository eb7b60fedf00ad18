export { LogError } from '../errors.js'
export type { JsonValue, LogEvent } from './format/events.js'
export { rowFlags, type RowKind } from './format/kinds.js'
export type { FollowOptions, LogContents, LogReader } from './reader/log-reader.js'
export type { LogRow } from './reader/log-row.js'
export { openLog, type OpenLogOptions } from './reader/open-log.js'
export type { RowFilter } from './reader/row-filter.js'
export { createLog } from './writer/create-log.js'
export type { LogOptions } from './writer/log-options.js'
export type {
  LogInfo,
  LoggedConnection,
  LoggedEnds,
  OpenDetails,
  SessionLog,
} from './writer/session-log.js'
