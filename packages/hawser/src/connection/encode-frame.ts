import { Buffer } from 'node:buffer'
import type { Encoder } from '../framing/framing.js'
import { Outbox } from './outbox.js'

/** The bytes of one frame, to be sent on several connections. */
export function encodeFrame<Out>(encoder: Encoder<Out>, message: Out): Uint8Array {
  const outbox = new Outbox()
  encoder.encode(message, outbox)
  const chunks = outbox
    .take()
    .map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  const [only] = chunks
  // A copy unless it is text that was encoded just now: the message's owner may change the rest.
  return chunks.length === 1 && Buffer.isBuffer(only) ? only : Buffer.concat(chunks)
}
