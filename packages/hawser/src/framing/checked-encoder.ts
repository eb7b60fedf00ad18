import { valueOf } from '../callbacks.js'
import type { ByteOperations } from './byte-operations.js'
import type { Encoder, FrameOutput, Framing } from './framing.js'

/**
 * An encoder, as its framing makes it.
 *
 * @throws HandlerError when the framing makes a promise of one
 */
export function makeEncoder<Out>(
  framing: Framing<unknown, Out>,
  operations: ByteOperations,
): Encoder<Out> {
  return valueOf("the framing's encoder", framing.createEncoder(operations))
}

/**
 * Put one frame.
 *
 * @throws whatever the encoder throws, and HandlerError when it returns a promise: a frame is put at
 *   once, and nothing would wait for the rest of it
 */
export function putFrame<Out>(encoder: Encoder<Out>, message: Out, output: FrameOutput): void {
  const returned: unknown = encoder.encode(message, output)
  if (returned !== undefined) valueOf('encode', returned)
}
