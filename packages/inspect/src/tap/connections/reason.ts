/** Characters of a message that are said. */
const most = 200

/** @returns the code of an error, or its message; the program may have thrown anything, and its getters are not called */
export function reasonOf(error: unknown): string | undefined {
  if (error === null || error === undefined) return undefined
  if (typeof error !== 'object') return typeof error === 'string' ? error.slice(0, most) : 'unknown'
  return textOf(error, 'code') ?? textOf(error, 'message') ?? 'unknown'
}

function textOf(error: object, key: string): string | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(error, key)?.value
  return typeof value === 'string' ? value.slice(0, most) : undefined
}
