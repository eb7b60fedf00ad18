import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import type { ByteOperations } from '../byte-operations.js'
import { makeDecoder } from '../checked-decoder.js'
import { restTooLarge } from '../frame-errors.js'
import { type Decoder, defaultOverhead, type Emit, type Encoder, type Framing } from '../framing.js'
import { checkInner } from './check-inner.js'

/** A framing for each direction, as one end of a connection sees them. */
export interface DuplexFramingOptions<In, Out> {
  /** How what arrives is cut; nothing is sent by it. */
  readonly receive: Framing<In, never>
  /** How what is sent is written; nothing is read by it. */
  readonly send: Framing<unknown, Out>
}

/** The names of the options in {@link DuplexFramingOptions}. */
const duplexFramingNames: NamesOf<DuplexFramingOptions<unknown, unknown>> = {
  receive: true,
  send: true,
}

/**
 * One framing for what arrives and another for what is sent. The other end of the connection uses
 * the same two the other way round.
 *
 * What arrives is held to the `maxFrame` of `receive`, and what is sent to that of `send`. The
 * framing's own `maxFrame` is the larger one: inbox and outbox have room for it by default.
 *
 * @typeParam In what is received
 * @typeParam Out what is sent
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function duplexFraming<In, Out>(options: DuplexFramingOptions<In, Out>): Framing<In, Out> {
  checkOptions(options, duplexFramingNames)
  const { receive, send } = options
  checkInner('receive', receive)
  checkInner('send', send)
  const isWider = send.maxFrame > receive.maxFrame
  return Object.freeze({
    name: `${receive.name}/${send.name}`,
    maxFrame: Math.max(receive.maxFrame, send.maxFrame),
    overhead: receive.overhead,
    silence: receive.silence,
    streaming: receive.streaming ?? false,
    perConnection: send.perConnection ?? false,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      isWider ? new HeldDecoder(receive, operations) : makeDecoder(receive, operations),
    createEncoder: (operations: ByteOperations): Encoder<Out> => send.createEncoder(operations),
  })
}

/** Held to the limit of its own framing, which is less than that of the two together. */
class HeldDecoder<In> implements Decoder<In> {
  readonly end?: (rest: Uint8Array, emit: Emit<In>) => void
  readonly quiet?: (rest: Uint8Array, emit: Emit<In>, owned: boolean) => number
  readonly #framing: Framing<In, never>
  readonly #decoder: Decoder<In>
  readonly #emitInner: Emit<In>
  #emit: Emit<In> | undefined
  /** `emit` returned false in this call. */
  #stopped = false

  constructor(framing: Framing<In, never>, operations: ByteOperations) {
    const decoder = makeDecoder(framing, operations)
    this.#framing = framing
    this.#decoder = decoder
    this.#emitInner = (message, end) => {
      this.#stopped = this.#emit?.(message, end) !== true
      return !this.#stopped
    }
    if (decoder.quiet !== undefined) {
      // What it returns is looked at by the caller.
      this.quiet = (rest, emit, owned) => decoder.quiet?.(rest, emit, owned) as number
    }
    if (decoder.end === undefined) return
    this.end = (rest, emit) => decoder.end?.(rest, emit)
  }

  get skipped(): number {
    return this.#decoder.skipped ?? 0
  }

  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number {
    this.#emit = emit
    this.#stopped = false
    const consumed = this.#decoder.decode(bytes, this.#emitInner, owned)
    const { name, maxFrame, overhead = defaultOverhead } = this.#framing
    const rest = bytes.length - consumed
    if (!this.#stopped && rest > maxFrame + overhead) {
      throw restTooLarge(name, rest, maxFrame, overhead)
    }
    return consumed
  }
}
