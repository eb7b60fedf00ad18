import type { SessionLog } from 'hawser/log'
import type { Sessions } from '../sessions/sessions.js'
import type { Sheet } from '../sheet/sheet.js'
import type { Tools } from '../tools.js'

/** What all desks of a workbench share. */
export interface DeskRoom {
  readonly tools: Tools
  readonly sessions: Sessions
  readonly sheet: Sheet
  readonly log: SessionLog
  /** The file of the log. */
  readonly file: string
  /** The folder of the project, if there is one. */
  readonly folder: string | undefined
}
