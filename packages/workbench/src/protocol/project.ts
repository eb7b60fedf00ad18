import * as v from 'valibot'
import { ClientDefinition, ProxyDefinition, ServerDefinition } from './definition.js'
import { Expectation, SavedMessage, SavedSequence, schemaReference } from './saved.js'

/** What a file has beside what the session is. */
const common = {
  ...schemaReference,
  /** Whether `hawser run` and "Start all" start it. Default true. */
  start: v.optional(v.boolean()),
}

// The folder says what kind it is.
const { kind: _server, ...server } = ServerDefinition.entries
const { kind: _client, ...client } = ClientDefinition.entries
const { kind: _proxy, ...proxy } = ProxyDefinition.entries

export const ServerFile = v.strictObject({ ...common, ...server })
export const ClientFile = v.strictObject({
  ...common,
  ...client,
  /** What it must get after it has connected: `hawser run` fails when it does not. */
  expect: v.optional(Expectation),
})
export const ProxyFile = v.strictObject({ ...common, ...proxy })

/** What each folder of a project has in its files. */
export const projectFiles = {
  servers: ServerFile,
  clients: ClientFile,
  proxies: ProxyFile,
  messages: SavedMessage,
  sequences: SavedSequence,
} as const

export type ProjectFolder = keyof typeof projectFiles

/** What is in a file of a folder. */
export type FileOf<Folder extends ProjectFolder> = v.InferOutput<(typeof projectFiles)[Folder]>

/** A project as the page sees it. */
export interface ProjectState {
  /** The path of the folder. */
  readonly folder: string
  /** The sessions that have a file. */
  readonly sessions: readonly ProjectSession[]
  /** The code that is in it; undefined where there is none. */
  readonly code?: CodeState | undefined
  /** Files that are not as they should be: which, and what to do. They are left out. */
  readonly problems: readonly ProjectProblem[]
}

/** The code of a project. It has all rights of the user, and runs only when the user trusts it. */
export interface CodeState {
  /** Below the folder. */
  readonly files: readonly string[]
  /** What is trusted is this, and no change of it. */
  readonly hash: string
  readonly isTrusted: boolean
  /** Why it cannot be looked at. */
  readonly error?: string | undefined
}

export interface ProjectSession {
  readonly session: number
  /** Its file, below the folder. */
  readonly file: string
  /** Whether it is other than in the file. */
  readonly isChanged: boolean
  /** Whether "Start all" starts it. */
  readonly isStarted: boolean
}

export interface ProjectProblem {
  /** Below the folder. */
  readonly file: string
  readonly message: string
}

export type ServerFile = v.InferOutput<typeof ServerFile>
export type ClientFile = v.InferOutput<typeof ClientFile>
export type ProxyFile = v.InferOutput<typeof ProxyFile>
