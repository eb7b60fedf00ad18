import { WorkbenchError } from '../workbench-error.js'

/** What a page is told when a request failed: a code and a message, never a stack. */
export function describeRefusal(error: unknown): {
  readonly code: string
  readonly message: string
} {
  if (!(error instanceof Error)) return { code: 'WORKBENCH_FAILED', message: String(error) }
  const { code } = error as NodeJS.ErrnoException
  return { code: typeof code === 'string' ? code : 'WORKBENCH_FAILED', message: error.message }
}

/** A refusal of the command's tools, whose messages say what to write instead. */
export function refusedByTools(cause: unknown): WorkbenchError {
  const { message } = describeRefusal(cause)
  return new WorkbenchError('WORKBENCH_INVALID', message, { cause })
}
