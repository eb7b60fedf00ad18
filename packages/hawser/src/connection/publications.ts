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
  ObservedConnection,
  OverflowPayload,
} from '../observe/payloads.js'
import type { CloseInfo } from './end/close-info.js'

/** A connection and its server, as observers get them. */
export interface Published {
  readonly connection: ObservedConnection
  readonly owner: { readonly server?: object | undefined }
}

// What a connection publishes. No payload is made unless there is a subscriber; on the way of a message
// the caller asks that first, so that nothing is called either.

/** The connection is there, and nothing has been read yet. */
export function publishOpen(source: Published): void {
  if (connectionOpen.hasSubscribers) connectionOpen.publish(describe(source))
}

/** The peer's first bytes are there. */
export function publishFirstByte(source: Published): void {
  firstByte.publish(describe(source))
}

/** A message is about to be delivered. */
export function publishMessageIn(source: Published, message: unknown): void {
  messageIn.publish({ ...describe(source), message } satisfies MessagePayload)
}

/** A message was accepted for sending. */
export function publishMessageOut(source: Published, message: unknown): void {
  messageOut.publish({ ...describe(source), message } satisfies MessagePayload)
}

/** More waits than should. */
export function publishOverflow(
  source: Published,
  kind: OverflowPayload['kind'],
  unsent: number,
  limit: number,
): void {
  if (!overflow.hasSubscribers) return
  overflow.publish({ ...describe(source), kind, unsent, limit } satisfies OverflowPayload)
}

/** The connection is gone. */
export function publishClose(source: Published, info: CloseInfo): void {
  if (!connectionClose.hasSubscribers) return
  connectionClose.publish({ ...describe(source), info } satisfies ClosePayload)
}

function describe({ connection, owner }: Published): ConnectionPayload {
  return { connection, server: owner.server }
}
