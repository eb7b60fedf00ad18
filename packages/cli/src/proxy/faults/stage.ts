/** How one direction of a connection comes to its end: a FIN; or the connection's end, in order or by a reset. */
export type Ending = 'end' | 'close' | 'reset'

/** What was done to bytes on their way; both what is changed and what is lost arrives otherwise than it came. */
export interface Effect {
  readonly kind: 'changed' | 'repeated' | 'lost'
  /** How many bytes came, of those that it was done to. */
  readonly bytes: number
}

/** What comes behind a stage. */
export interface Next {
  /** Hand bytes on. They are not changed afterwards. */
  bytes(piece: Uint8Array): void
  /** Hand an end on. Nothing follows it. */
  finish(how: Ending): void
  /** Say what the fault did just now, and what that did to bytes. */
  struck(what: string, effect?: Effect): void
}

/**
 * What a fault does to one direction of one connection: bytes in with their time, bytes out at a time, or
 * an end. This one passes everything on at once; a fault is a subclass. It has no timer: `due` says when
 * it has to be advanced.
 */
export class Stage {
  /** Memory that waits in it, in bytes. */
  get held(): number {
    return 0
  }

  /** When it has something to do, in ms; Infinity while nothing. */
  get due(): number {
    return Infinity
  }

  /** Whether it takes no more for now. What comes nevertheless is taken. */
  get full(): boolean {
    return false
  }

  take(piece: Uint8Array, _now: number, next: Next): void {
    next.bytes(piece)
  }

  finish(how: Ending, _now: number, next: Next): void {
    next.finish(how)
  }

  /** The time is `due`, or later. */
  advance(_now: number, _next: Next): void {}

  /** It is replaced or taken away: hand on what it holds. */
  leave(_next: Next): void {}

  /** It was taken away for good, behind `leave`. */
  removed(_next: Next): void {}
}
