import { encodeFrame } from '../connection/encode-frame.js'
import type { Engine } from '../connection/engine.js'
import type { Encoder } from '../framing/framing.js'
import type { BroadcastOptions } from './options.js'

/**
 * Send one message on many connections, encoded once for each encoder among them.
 *
 * @returns how many connections took it
 */
export function broadcast<In, Out>(
  engines: Iterable<Engine<In, Out>>,
  message: Out,
  options: BroadcastOptions<In, Out>,
): number {
  const { except, filter } = options
  const excluded = except === undefined ? undefined : new Set(isMany(except) ? except : [except])
  const frames = new Map<Encoder<Out>, Uint8Array>()
  let taken = 0
  for (const engine of engines) {
    const { connection } = engine
    if (excluded?.has(connection) === true || filter?.(connection) === false) continue
    if (send(engine, message, frames)) taken += 1
  }
  return taken
}

function send<In, Out>(
  engine: Engine<In, Out>,
  message: Out,
  frames: Map<Encoder<Out>, Uint8Array>,
): boolean {
  const { sender } = engine
  if (sender.refusal !== undefined) return false
  if (engine.receiver.framing.perConnection === true) {
    void sender.send(message)
    return sender.refusal === undefined
  }
  let frame = frames.get(sender.encoder)
  if (frame === undefined) {
    frame = encodeFrame(sender.encoder, message)
    frames.set(sender.encoder, frame)
  }
  return sender.share(frame)
}

function isMany<Item>(value: Item | Iterable<Item>): value is Iterable<Item> {
  return typeof (value as Partial<Iterable<Item>>)[Symbol.iterator] === 'function'
}
