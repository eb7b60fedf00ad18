export type { InspectionHandler, SeenBytes, SeenEvent } from './collect/handler.js'
export {
  type Inspection,
  type InspectionLimits,
  type InspectionOptions,
  startInspection,
} from './collect/inspection.js'
export type { Bytes, Role, SeenClose, SeenConnection, SeenTls } from './collect/seen-connection.js'
export type { SeenThread } from './collect/thread.js'
export {
  launch,
  type LaunchedProgram,
  type LaunchOptions,
  type ProgramEnd,
} from './launch/launch.js'
export {
  launchApart,
  type LaunchApartOptions,
  type PrintStream,
  type ProgramApart,
} from './launch/launch-apart.js'
export { tapPath } from './launch/tap-path.js'
export { attach, type Attached, type AttachOptions } from './attach/attach.js'
export { AttachError, type AttachErrorCode } from './attach/attach-error.js'
export type { FirstBytes } from './guess/first-bytes.js'
export { guessProtocol } from './guess/guess.js'
