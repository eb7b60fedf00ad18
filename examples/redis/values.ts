// What RESP carries, as JavaScript values: strings, numbers, bigints, booleans, null, arrays, Map and
// Set, and these three, for which JavaScript has no word of its own.

/** An error as a reply, `-ERR …`: a value like any other until somebody throws it. */
export class RespError extends Error {
  /** The first word, such as `ERR` or `WRONGTYPE`. */
  get code(): string {
    return this.message.slice(0, this.message.indexOf(' ') >>> 0)
  }
}

/** Sent unasked: a published message, under RESP3. */
export class Push {
  readonly items: readonly Value[]

  constructor(items: readonly Value[]) {
    this.items = items
  }
}

/** A short word that is sent without its length: `+OK`. */
export class Status {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | RespError
  | Push
  | Status
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | ReadonlySet<Value>
