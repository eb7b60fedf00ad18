import * as v from 'valibot'
import { Request } from './requests.js'

/** What came of a text that should be a request. */
export type ParsedRequest =
  | { readonly request: Request }
  /** `id` is that of the request, if it has one that can be replied to. */
  | { readonly id: number | undefined; readonly message: string }

/** Letters of a message: it may quote what was sent, all of it. */
const longestMessage = 500

/** Never throws: a text may come from a page that is not ours. */
export function parseRequest(text: string): ParsedRequest {
  let value: unknown
  try {
    value = JSON.parse(text)
    const { success, output, issues } = v.safeParse(Request, value)
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
