import type { Definition } from './definition.js'
import type { ProjectState } from './project.js'
import type { RequestOf, Request } from './requests.js'
import type { RunState } from './run-state.js'
import type { SavedState } from './saved-state.js'
import type { ConnectionState, SessionState } from './session-state.js'

/** What a request comes back with. `rows` and `bytes` come back as binary frames. */
export interface ReplyValues {
  readonly hello: {
    readonly version: string
    /** Whether programs may be run, and processes watched. */
    readonly mayRun: boolean
    /** Undefined where no folder is open. */
    readonly project: ProjectState | undefined
    readonly sessions: readonly SessionState[]
    readonly runs: readonly RunState[]
    readonly saved: SavedState
  }
  readonly start: { readonly session: number }
  readonly stop: null
  readonly restart: null
  readonly remove: null
  readonly parse: { readonly definition: Definition }
  readonly copy: { readonly text: string }
  readonly send: { readonly recipients: number }
  readonly act: null
  readonly limit: null
  readonly faults: null
  readonly responders: null
  readonly connections: { readonly all: number; readonly connections: readonly ConnectionState[] }
  readonly note: { readonly row: number }
  readonly bookmark: null
  readonly 'open-view': null
  readonly 'close-view': null
  readonly locate: {
    readonly place: number
    /** The row of the log that is there. */
    readonly logRow: number
  }
  readonly find: {
    /** Its place in the view; undefined when there is none. */
    readonly place?: number | undefined
    /** The row that it ends in. */
    readonly row?: number | undefined
    /** Where it begins in that row; below 0 in rows before it. */
    readonly at?: number | undefined
    readonly length?: number | undefined
  }
  readonly export: null
  readonly 'export-next': {
    /** In base64. */
    readonly bytes: string
    readonly isEnd: boolean
  }
  readonly save: { readonly file: string }
  readonly 'read-project': null
  readonly 'start-all': null
  readonly trust: null
  readonly untrust: null
  readonly script: null
  readonly repeat: { readonly run: number }
  readonly play: { readonly run: number }
  readonly 'end-run': null
  readonly 'keep-message': null
  readonly 'keep-sequence': null
  readonly 'forget-saved': null
  readonly 'move-saved': null
  readonly cancel: null
}

export type ReplyValue<Do extends Request['do']> = Do extends keyof ReplyValues
  ? ReplyValues[Do]
  : never

/** What is sent back as text. */
export type Reply =
  | { readonly id: number; readonly value: ReplyValues[keyof ReplyValues] }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } }

/** What the server says by itself, at most 30 times a second each. */
export type Push =
  /** All sessions: one of them has changed. */
  | { readonly push: 'sessions'; readonly sessions: readonly SessionState[] }
  /** Something of the project has changed. */
  | { readonly push: 'project'; readonly project: ProjectState }
  /** All that sends by itself: one of them has changed. */
  | { readonly push: 'runs'; readonly runs: readonly RunState[] }
  /** What is kept to be sent again has changed. */
  | { readonly push: 'saved'; readonly saved: SavedState }
  /** A view has grown. */
  | {
      readonly push: 'view'
      readonly view: number
      /** How many rows it has. */
      readonly rows: number
      /** How many rows of the log were looked at, and how many there are. */
      readonly scanned: number
      readonly total: number
      /** Why the rest is not looked at: a regular expression that takes for ever. */
      readonly error?: string | undefined
    }
  /** Something that a person should see: a log that stopped, a session that failed. */
  | { readonly push: 'notice'; readonly level: 'info' | 'warning' | 'error'; readonly text: string }

export type { RequestOf }
