import * as v from 'valibot'
import { type FileOf, projectFiles, type ProjectFolder } from '../protocol/project.js'
import { hasMoreParts } from '../protocol/text/count-parts.js'
import { WorkbenchError } from '../workbench-error.js'

/** Values and names in a file; one with a thousand rules has some thousands. */
const mostParts = 65_536
/** Letters of what is said: it may quote the file. */
const longest = 500

/**
 * What a file of a project says.
 *
 * @throws WorkbenchError which says the field, and what to do
 */
export function parseFile<Folder extends ProjectFolder>(
  folder: Folder,
  text: string,
): FileOf<Folder> {
  // There would be a complaint about each of a million that are wrong.
  if (hasMoreParts(text, mostParts)) {
    const why = `has more than ${mostParts} values: make it smaller`
    throw new WorkbenchError('WORKBENCH_INVALID', why)
  }
  const value = parseJson(text.replace(/^\uFEFF/, ''))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WorkbenchError('WORKBENCH_INVALID', 'is no object: write { … }')
  }
  const parsed = check(projectFiles[folder], value)
  if (parsed.success) return parsed.output as FileOf<Folder>
  // A name that is mistyped is missing as well.
  const issue = parsed.issues.find(({ expected }) => expected === 'never') ?? parsed.issues[0]
  throw new WorkbenchError('WORKBENCH_INVALID', describe(issue).slice(0, longest))
}

function parseJson(text: string): unknown {
  if (text.trim() === '') {
    throw new WorkbenchError('WORKBENCH_INVALID', 'is empty: write JSON into it, or delete it')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `is no JSON: ${why}`.slice(0, longest)
    throw new WorkbenchError('WORKBENCH_INVALID', message, { cause })
  }
}

function check(schema: (typeof projectFiles)[ProjectFolder], value: unknown) {
  try {
    return v.safeParse<v.GenericSchema>(schema, value)
  } catch (cause) {
    // An expression that needs more stack than there is.
    throw new WorkbenchError('WORKBENCH_INVALID', 'is too large: make it smaller', { cause })
  }
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue)
  const { type, expected, received } = issue
  const place = path === null ? '' : `${path}: `
  if (expected === 'never' && isOfProgram(path, issue.path?.at(-1)?.value)) {
    return `${place}a project names no program to be run or watched: start it in the page, with --allow-run`
  }
  // What valibot says of these is of its types, and not what to do.
  if (expected === 'never') return `${place}there is no such field: take it out, or mend its name`
  if (type === 'strict_object' && received === 'undefined') {
    return `${path} is missing: add it`
  }
  return place === '' ? issue.message : `${place}${issue.message}`
}

/** A folder may come from others, and starts nothing but what its code does when it is trusted. */
function isOfProgram(path: string | null, input: unknown): boolean {
  return path === 'command' || path === 'pid' || (path === 'kind' && input === 'program')
}
