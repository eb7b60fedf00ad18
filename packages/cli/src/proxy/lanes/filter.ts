/** What is to be done next in a direction. */
export type FilterStep =
  /** Pass these bytes on. */
  | { readonly pass: Uint8Array }
  /** Send these bytes back. */
  | { readonly reply: Uint8Array }
  /** Wait for so many milliseconds. */
  | { readonly wait: number }
  /** Wait until this calls back; what it returns ends that. */
  | { readonly until: (settle: () => void) => () => void }
  /** Begin TLS on both sides, once the other side has agreed; whether a reply does so this says. */
  | { readonly secure: (reply: Uint8Array) => Promise<boolean> }
  /** Break the connection off. */
  | { readonly reset: true }

/** What stands in front of the lane of a direction, and may need time to decide. */
export interface Filter {
  /** @returns rejects when it broke: the connection is then reset */
  take(piece: Uint8Array): AsyncIterable<FilterStep>
  /** @throws Error where bytes are left that nothing was decided on: TLS must not begin behind them */
  assertClean(): void
  /** Nothing follows. */
  end(): AsyncIterable<FilterStep>
}
