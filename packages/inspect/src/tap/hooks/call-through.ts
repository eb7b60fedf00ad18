import { apply } from '../natives.js'

/** Lines of the tap's in the stack trace of an error that is made below: its method, and this function. */
const own = 2

/**
 * Calls what a method of the tap's stands for. An error that is made in there has as many lines more as the tap takes,
 * so that none of the program's is pushed out. No code of the program's runs in there that could see the limit, but a
 * `lookup` of its own.
 */
export function callThrough(
  method: (this: never, ...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
): unknown {
  const limit: unknown = Error.stackTraceLimit
  if (typeof limit !== 'number' || limit <= 0 || !setLimit(limit + own)) {
    return apply(method, self, args)
  }
  try {
    return apply(method, self, args)
  } finally {
    if (Error.stackTraceLimit === limit + own) setLimit(limit)
  }
}

/** @returns whether it may be changed: a program may have frozen it */
function setLimit(lines: number): boolean {
  try {
    Error.stackTraceLimit = lines
    return true
  } catch {
    return false
  }
}
