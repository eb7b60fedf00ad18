import * as v from 'valibot'
import { Request } from './requests.js'
import { hasMoreParts } from './text/count-parts.js'

/** What came of a text that should be a request. */
export type ParsedRequest =
  | { readonly request: Request }
  /** `id` is that of the request, if it has one that can be replied to. */
  | { readonly id: number | undefined; readonly message: string }

/** Values and names of a request: a definition with very many rules has some thousands. */
const mostParts = 65_536
/** Letters of a message: it may quote what was sent, all of it. */
const longestMessage = 500

/** Never throws: a text may come from a page that is not ours. */
export function parseRequest(text: string): ParsedRequest {
  let value: unknown
  if (hasMoreParts(text, mostParts))
    return { id: undefined, message: `a request has at most ${mostParts} values` }
  try {
    value = JSON.parse(text)
    // One issue is said. Of a list of a million there would be a million.
    const { success, output, issues } = v.safeParse(Request, value, { abortEarly: true })
    return success ? { request: output } : { id: idOf(value), message: describe(issues[0]) }
  } catch (error) {
    // An expression that needs more stack than there is, for a text that is long enough.
    const message = error instanceof RangeError ? 'it is too large' : 'a request is JSON'
    return { id: idOf(value), message }
  }
}

function idOf(value: unknown): number | undefined {
  const { id } = (value ?? {}) as { readonly id?: unknown }
  return Number.isSafeInteger(id) ? (id as number) : undefined
}

function describe(issue: v.InferIssue<typeof Request>): string {
  // A person has filled in a field of a form, and knows of no definition.
  const path = v.getDotPath(issue)?.replace(/^definition\./, '') ?? null
  const message = path === null ? issue.message : `${path}: ${issue.message}`
  return message.slice(0, longestMessage)
}
