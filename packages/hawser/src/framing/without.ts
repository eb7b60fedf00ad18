import type { ByteOperations } from './byte-operations.js'
import { makeDecoder } from './checked-decoder.js'
import type { Decoder, Emit, Encoder, Framing } from './framing.js'

/** The same framing, whose decoders leave out the messages that `isUnwanted` picks. */
export function without<In, Out>(
  framing: Framing<In, Out>,
  isUnwanted: (message: In) => boolean,
): Framing<In, Out> {
  const { name, maxFrame, overhead, streaming = false, perConnection = false } = framing
  return {
    name,
    maxFrame,
    overhead,
    streaming,
    perConnection,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      new PickyDecoder(makeDecoder(framing, operations), isUnwanted),
    createEncoder: (operations: ByteOperations): Encoder<Out> => framing.createEncoder(operations),
  }
}

class PickyDecoder<In> implements Decoder<In> {
  readonly end?: (rest: Uint8Array, emit: Emit<In>) => void
  readonly #decoder: Decoder<In>
  readonly #pick: Emit<In>
  #emit: Emit<In> | undefined

  constructor(decoder: Decoder<In>, isUnwanted: (message: In) => boolean) {
    this.#decoder = decoder
    this.#pick = (message, end) => isUnwanted(message) || this.#emit?.(message, end) === true
    if (decoder.end === undefined) return
    this.end = (rest, emit) => {
      this.#emit = emit
      // What it returns is looked at by the caller.
      return decoder.end?.(rest, this.#pick)
    }
  }

  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number {
    this.#emit = emit
    return this.#decoder.decode(bytes, this.#pick, owned)
  }
}
