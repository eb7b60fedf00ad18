export { LogError } from '../errors.js'
export type { JsonValue, LogEvent } from './format/events.js'
export { rowFlags, type RowKind } from './format/kinds.js'
export type { MaskedRange, MaskRule } from './mask/mask-rule.js'
export { createMasker, type MaskedRow, type Masker } from './mask/masker.js'
export type { FollowOptions, LogContents, LogReader } from './reader/log-reader.js'
export type { LogRow } from './blocks/log-row.js'
export { openLog, type OpenLogOptions } from './reader/open-log.js'
export { encodeRows } from './blocks/encode-rows.js'
export type { RowFilter } from './blocks/row-filter.js'
export type { LogHit } from './search/log-hit.js'
export { logTraffic, type TrafficLog, type TrafficLogOptions } from './traffic/log-traffic.js'
export { createLog } from './writer/create-log.js'
export type { LogOptions } from './writer/log-options.js'
export type {
  LogInfo,
  LoggedConnection,
  LoggedEnds,
  LostRows,
  OpenDetails,
  SeenElsewhere,
  SessionLog,
} from './writer/session-log.js'
