import { Buffer } from 'node:buffer'
import { makeEncoder, putFrame } from '../../framing/checked-encoder.js'
import type { Encoder, Framing } from '../../framing/framing.js'
import { bufferOperations } from '../buffer-operations.js'
import { keepShared, Outbox } from './outbox.js'

const encoders = new WeakMap<Framing<unknown, never>, unknown>()

/** A framing's encoder: one for all connections, unless it keeps state for each of them. */
export function encoderOf<Out>(framing: Framing<unknown, Out>): Encoder<Out> {
  if (framing.perConnection === true) return ownEncoder(framing)
  let encoder = encoders.get(framing) as Encoder<Out> | undefined
  if (encoder === undefined) {
    encoder = makeEncoder(framing, bufferOperations)
    encoders.set(framing, encoder)
  }
  return encoder
}

/** Made at the first message of a connection: where that fails, it is what `send` rejects with. */
function ownEncoder<Out>(framing: Framing<unknown, Out>): Encoder<Out> {
  try {
    return makeEncoder(framing, bufferOperations)
  } catch (cause) {
    return {
      encode() {
        throw cause
      },
    }
  }
}

/** The bytes of one frame, to be sent on several connections. */
export function encodeFrame<Out>(encoder: Encoder<Out>, message: Out): Uint8Array {
  const outbox = new Outbox()
  putFrame(encoder, message, outbox)
  const chunks: Uint8Array[] = []
  let isOurs = true
  while (!outbox.empty) {
    for (const chunk of outbox.take().chunks) {
      if (typeof chunk !== 'string') isOurs = false
      chunks.push(typeof chunk === 'string' ? encodeText(chunk) : chunk)
    }
  }
  const [only] = chunks
  // A copy unless it is text that was encoded just now: the message's owner may change the rest.
  const frame = isOurs && chunks.length === 1 && only !== undefined ? only : join(chunks)
  outbox.reclaim()
  return frame
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const frame = memoryFor(chunks.reduce((size, chunk) => size + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    frame.set(chunk, at)
    at += chunk.length
  }
  return frame
}

function encodeText(text: string): Uint8Array {
  const frame = memoryFor(Buffer.byteLength(text))
  frame.write(text)
  return frame
}

/** A frame that outboxes keep would, in Buffer's pool, keep what else is there. */
function memoryFor(size: number): Buffer {
  return size < keepShared ? Buffer.allocUnsafe(size) : Buffer.allocUnsafeSlow(size)
}
