import { encodeFrame } from '../connection/encode-frame.js'
import type { Engine } from '../connection/engine.js'
import type { Framing } from '../framing/framing.js'
import type { BroadcastOptions } from './options.js'

/**
 * Send one message on many connections, encoded once for each framing among them; where the framing
 * is `perConnection`, once for each connection.
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
  const frames = new Map<Framing<In, Out>, Uint8Array>()
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
  frames: Map<Framing<In, Out>, Uint8Array>,
): boolean {
  const { sender } = engine
  // One that is being reset refuses nothing yet, and nothing of this would leave.
  if (sender.refusal !== undefined || engine.error !== undefined) return false
  const { framing } = engine.receiver
  let frame = frames.get(framing)
  if (frame === undefined) {
    frame = encodeFrame(sender.encoder, message)
    if (framing.perConnection !== true) frames.set(framing, frame)
  }
  return sender.share(frame, message)
}

function isMany<Item>(value: Item | Iterable<Item>): value is Iterable<Item> {
  return typeof (value as Partial<Iterable<Item>>)[Symbol.iterator] === 'function'
}
