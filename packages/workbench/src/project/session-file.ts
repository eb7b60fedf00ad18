import { completeDefinition, type Definition } from '../protocol/definition.js'
import type { FileOf } from '../protocol/project.js'
import { withOwnPaths, withWholePaths } from './own-paths.js'

/** What can be in a file of a session. */
export type SessionFolder = 'servers' | 'clients' | 'proxies'
export type SessionFile = FileOf<SessionFolder>

const kinds = { servers: 'server', clients: 'client', proxies: 'proxy' } as const
export const folderOf = { server: 'servers', client: 'clients', proxy: 'proxies' } as const

/** A session as its file has it. @returns rejects with WorkbenchError for a path that leads out of the folder */
export function toDefinition(
  folder: SessionFolder,
  value: SessionFile,
  root: string,
): Promise<Definition> {
  const { $schema: _schema, start: _start, ...rest } = value
  const { expect: _expect, ...session } = rest as typeof rest & { readonly expect?: unknown }
  const definition = { kind: kinds[folder], ...session } as Definition
  return withWholePaths(completeDefinition(definition), root)
}

/** @param before what is in the file now: what a session does not know of stays */
export async function toFile(
  definition: Definition,
  before: SessionFile | undefined,
  root: string,
): Promise<SessionFile> {
  const { kind: _kind, ...session } = await withOwnPaths(definition, root)
  const { $schema, start, expect } = (before ?? {}) as Partial<FileOf<'clients'>>
  return {
    ...($schema === undefined ? {} : { $schema }),
    ...session,
    ...(start === undefined ? {} : { start }),
    ...(expect === undefined ? {} : { expect }),
  } as SessionFile
}

/** Whether two say the same, in whatever order. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted)
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}
