/** Whom a typed line is for. */
export interface Addressed {
  /** A client's number, or undefined for all. */
  readonly id: number | undefined
  readonly bytes: Uint8Array
}

/** `@3 text` is for client 3, anything else for all. */
export function parseRecipient(line: Uint8Array): Addressed {
  if (line[0] !== 0x40) return { id: undefined, bytes: line }
  const head = Buffer.from(line.subarray(0, 16)).toString('latin1')
  const match = /^@(\d{1,10})(?: |$)/.exec(head)
  if (match === null) return { id: undefined, bytes: line }
  return { id: Number(match[1]), bytes: line.subarray(match[0].length) }
}
