/** Who speaks in a script: the side that is played, or the other one. */
export type Side = 'ours' | 'theirs'

/** How a direction ended: FIN or RST. */
export type Ending = 'end' | 'reset'

/** A part of a recorded conversation, as the side that plays it sees it. Times are milliseconds. */
export type Step =
  | {
      readonly kind: 'send'
      readonly bytes: Uint8Array
      /** How long after the step before it was recorded. */
      readonly pause: number
    }
  | { readonly kind: 'expect'; readonly bytes: Uint8Array; readonly pause: number }
  | { readonly kind: 'end'; readonly by: Side; readonly how: Ending; readonly pause: number }
