import * as v from 'valibot'
import { Request } from './requests.js'

/** What came of a text that should be a request. */
export type ParsedRequest =
  | { readonly request: Request }
  /** `id` is that of the request, if it has one that can be replied to. */
  | { readonly id: number | undefined; readonly message: string }

/** Never throws: a text may come from a page that is not ours. */
export function parseRequest(text: string): ParsedRequest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { id: undefined, message: 'a request is JSON, and this is none' }
  }
  const { success, output, issues } = v.safeParse(Request, value)
  if (success) return { request: output }
  const [issue] = issues
  const path = v.getDotPath(issue)
  const { id } = (value ?? {}) as { readonly id?: unknown }
  return {
    id: Number.isSafeInteger(id) ? (id as number) : undefined,
    message: path === null ? issue.message : `${path}: ${issue.message}`,
  }
}
