/** Whom a typed line is for. */
export interface Recipient {
  /** The worker whose client it is, where there are several. */
  readonly worker: number | undefined
  /** The client's number. */
  readonly id: number
}

/** A typed line. */
export interface Addressed {
  /** Undefined: all clients. */
  readonly to: Recipient | undefined
  readonly bytes: Uint8Array
}

/** `@3 text` is for client 3, `@2.3 text` for that of worker 2, anything else for all. */
export function parseRecipient(line: Uint8Array): Addressed {
  if (line[0] !== 0x40) return { to: undefined, bytes: line }
  const head = Buffer.from(line.subarray(0, 24)).toString('latin1')
  const match = /^@(?:(\d{1,10})\.)?(\d{1,10})(?: |$)/.exec(head)
  if (match === null) return { to: undefined, bytes: line }
  const [whole, worker, id] = match
  return {
    to: { worker: worker === undefined ? undefined : Number(worker), id: Number(id) },
    bytes: line.subarray(whole.length),
  }
}

/** The name of a client, as it is shown and typed. */
export function nameRecipient({ worker, id }: Recipient): string {
  return worker === undefined ? `@${id}` : `@${worker}.${id}`
}
