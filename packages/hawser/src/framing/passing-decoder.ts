import type { ByteOperations } from './byte-operations.js'
import { makeDecoder } from './checked-decoder.js'
import type { Decoder, Emit, Framing } from './framing.js'
import { nothing } from './terminated-decoder.js'

/**
 * What becomes of a message of the inner framing: another one, or `nothing` to leave it out.
 *
 * @param start where its frame begins, counted from the first byte this framing read; bytes that the
 *   inner decoder skipped in front of it count as its own
 */
export type Pass<Inner, In> = (message: Inner, start: number) => In | typeof nothing

/** A decoder over the one of another framing: the same frames, with other messages. */
export class PassingDecoder<Inner, In> implements Decoder<In> {
  readonly end?: (rest: Uint8Array, emit: Emit<In>) => void
  readonly quiet?: (rest: Uint8Array, emit: Emit<In>, owned: boolean) => number
  readonly #decoder: Decoder<Inner>
  readonly #emitInner: Emit<Inner>
  readonly #mayView: boolean
  #emit: Emit<In> | undefined
  /** How many bytes were consumed before this call. */
  #offset = 0
  /** Where the last frame of this call ended. */
  #last = 0

  /**
   * @param mayView whether a message may be a view of bytes that are read again after a
   *   `switchFraming`; not where `pass` may write to it
   */
  constructor(
    framing: Framing<Inner, never>,
    operations: ByteOperations,
    pass: Pass<Inner, In>,
    mayView: boolean,
  ) {
    const decoder = makeDecoder(framing, operations)
    this.#decoder = decoder
    this.#mayView = mayView
    this.#emitInner = (inner, end) => {
      const message = pass(inner, this.#offset + this.#last)
      this.#last = end
      return message === nothing || this.#emit?.(message, end) === true
    }
    if (decoder.quiet !== undefined) {
      this.quiet = (rest, emit, owned) => {
        this.#begin(emit)
        // One that returns nothing breaks its contract, which is for the caller to see.
        const consumed = decoder.quiet?.(rest, this.#emitInner, owned && mayView) as number
        this.#offset += consumed
        return consumed
      }
    }
    if (decoder.end === undefined) return
    this.end = (rest, emit) => {
      this.#begin(emit)
      // What it returns is looked at by the caller.
      return decoder.end?.(rest, this.#emitInner)
    }
  }

  get skipped(): number {
    return this.#decoder.skipped ?? 0
  }

  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number {
    this.#begin(emit)
    const consumed = this.#decoder.decode(bytes, this.#emitInner, owned && this.#mayView)
    this.#offset += consumed
    return consumed
  }

  #begin(emit: Emit<In>): void {
    this.#emit = emit
    this.#last = 0
  }
}
