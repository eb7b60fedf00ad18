import {
  connectionClose,
  connectionOpen,
  firstByte,
  messageIn,
  messageOut,
  overflow,
} from '../observe/channels.js'
import type {
  ClosePayload,
  ConnectionPayload,
  MessagePayload,
  OverflowPayload,
} from '../observe/payloads.js'
import type { CloseInfo } from './close-info.js'
import type { Engine } from './engine.js'

// What a connection publishes. No payload is made unless somebody listens; on the way of a message
// the caller asks that first, so that nothing is called either.

/** The connection is there, and nothing has been read yet. */
export function publishOpen<In, Out>(engine: Engine<In, Out>): void {
  if (connectionOpen.hasSubscribers) connectionOpen.publish(describe(engine))
}

/** The peer's first bytes are there. */
export function publishFirstByte<In, Out>(engine: Engine<In, Out>): void {
  firstByte.publish(describe(engine))
}

/** A message is about to be delivered. */
export function publishMessageIn<In, Out>(engine: Engine<In, Out>, message: unknown): void {
  messageIn.publish({ ...describe(engine), message } satisfies MessagePayload)
}

/** A message was accepted for sending. */
export function publishMessageOut<In, Out>(engine: Engine<In, Out>, message: unknown): void {
  messageOut.publish({ ...describe(engine), message } satisfies MessagePayload)
}

/** More waits than should. */
export function publishOverflow<In, Out>(
  engine: Engine<In, Out>,
  kind: OverflowPayload['kind'],
  unsent: number,
  limit: number,
): void {
  if (!overflow.hasSubscribers) return
  overflow.publish({ ...describe(engine), kind, unsent, limit } satisfies OverflowPayload)
}

/** The connection is gone. */
export function publishClose<In, Out>(engine: Engine<In, Out>, info: CloseInfo): void {
  if (!connectionClose.hasSubscribers) return
  connectionClose.publish({ ...describe(engine), info } satisfies ClosePayload)
}

function describe<In, Out>({ connection, owner }: Engine<In, Out>): ConnectionPayload {
  return { connection, server: owner.server }
}
