import type { SessionLog } from 'hawser/log'
import type { Project } from '../project/project.js'
import type { SavedItems } from '../saved/saved-items.js'
import type { Runs } from '../sequences/runs.js'
import type { Sessions } from '../sessions/sessions.js'
import type { Sheet } from '../sheet/sheet.js'
import type { Tools } from '../tools.js'

/** What all desks of a workbench share. */
export interface DeskRoom {
  readonly tools: Tools
  readonly sessions: Sessions
  readonly runs: Runs
  readonly saved: SavedItems
  readonly sheet: Sheet
  readonly log: SessionLog
  /** The file of the log. */
  readonly file: string
  /** Undefined where no folder is open. */
  readonly project: Project | undefined
}
