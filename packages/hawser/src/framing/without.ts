import type { ByteOperations } from './byte-operations.js'
import type { Decoder, Encoder, Framing } from './framing.js'
import { PassingDecoder } from './passing-decoder.js'
import { nothing } from './terminated-decoder.js'

/** The same framing, whose decoders leave out the messages that `isUnwanted` picks. */
export function without<In, Out>(
  framing: Framing<In, Out>,
  isUnwanted: (message: In) => boolean,
): Framing<In, Out> {
  const { name, maxFrame, overhead, silence, streaming = false, perConnection = false } = framing
  const pass = (message: In): In | typeof nothing => (isUnwanted(message) ? nothing : message)
  return {
    name,
    maxFrame,
    overhead,
    silence,
    streaming,
    perConnection,
    createDecoder: (operations: ByteOperations): Decoder<In> =>
      new PassingDecoder(framing, operations, pass, true),
    createEncoder: (operations: ByteOperations): Encoder<Out> => framing.createEncoder(operations),
  }
}
