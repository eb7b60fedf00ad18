import { Buffer } from 'node:buffer'
import {
  bytesIn,
  bytesOut,
  connectionClose,
  connectionOpen,
  firstByte,
  messageIn,
  messageOut,
  overflow,
} from '../observe/channels.js'
import type {
  BytesPayload,
  ClosePayload,
  ConnectionPayload,
  MessagePayload,
  ObservedConnection,
  OverflowPayload,
} from '../observe/payloads.js'
import type { TransportChunk } from '../transport.js'
import type { CloseInfo } from './end/close-info.js'

/** A connection and its server, as observers get them. */
export interface Published {
  readonly connection: ObservedConnection
  readonly owner: { readonly server?: object | undefined; readonly client?: object | undefined }
}

// What a connection publishes. No payload is made unless there is a subscriber; on the way of a message
// the caller asks that first, so that nothing is called either.

/** The connection is there, and nothing has been read yet. */
export function publishOpen(source: Published): void {
  if (connectionOpen.hasSubscribers) connectionOpen.publish(describe(source))
}

/** Bytes were read, and are not looked at yet. @param before how many have come before */
export function publishArrival(
  source: Published,
  bytes: Uint8Array,
  before: { readonly bytes: number },
): void {
  if (firstByte.hasSubscribers && before.bytes === 0) firstByte.publish(describe(source))
  if (bytesIn.hasSubscribers) bytesIn.publish(describeBytes(source, bytes))
}

/** A message is about to be delivered. */
export function publishMessageIn(source: Published, message: unknown): void {
  messageIn.publish({ ...describe(source), message } satisfies MessagePayload)
}

/** A message was accepted for sending. */
export function publishMessageOut(source: Published, message: unknown): void {
  messageOut.publish({ ...describe(source), message } satisfies MessagePayload)
}

/** Bytes are handed to the transport. */
export function publishBytesOut(source: Published, chunks: readonly TransportChunk[]): void {
  for (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytesOut.publish(describeBytes(source, bytes))
  }
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

/** One object, written out: spreading another one into it took most of the time of a publication. */
function describeBytes({ connection, owner }: Published, bytes: Uint8Array): BytesPayload {
  return { connection, server: owner.server, client: owner.client, bytes }
}

function describe({ connection, owner }: Published): ConnectionPayload {
  return { connection, server: owner.server, client: owner.client }
}
