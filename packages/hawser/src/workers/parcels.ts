import { Buffer } from 'node:buffer'

/*
 * What workers say about topics, many at a time, as bytes. For each:
 *
 *   1 byte    what it is (see `kinds`)
 *   1 byte    the length of the node's name
 *   2 bytes   the length of the topic's
 *   4 bytes   the length of the message
 *   the rest  node, topic (UTF-8), message
 *
 * A message is passed on to the other workers as the same bytes.
 */

/** What a parcel does. */
export const kinds = { subscribe: 0, unsubscribe: 1, publish: 2 } as const
export type ParcelKind = (typeof kinds)[keyof typeof kinds]

const headerSize = 8
const nothing = new Uint8Array(0)

/** One that was read. Its bytes are those of the batch. */
export interface Parcel {
  readonly kind: ParcelKind
  /** The node that says it. */
  readonly node: string
  readonly topic: string
  readonly message: Uint8Array
  /** All of it. */
  readonly bytes: Uint8Array
}

/** One that can be written. */
export interface UnwrittenParcel {
  readonly size: number
  /** Write it there; the room is there. */
  writeTo(block: Buffer, at: number): void
}

/** One about to be written. A node's name is ASCII, and shorter than 256. */
export function makeParcel(
  kind: ParcelKind,
  node: string,
  topic: string,
  message: Uint8Array = nothing,
): UnwrittenParcel {
  const topicSize = Buffer.byteLength(topic)
  const size = headerSize + node.length + topicSize + message.length
  return {
    size,
    writeTo(block, start) {
      let at = block.writeUInt8(kind, start)
      at = block.writeUInt8(node.length, at)
      at = block.writeUInt16BE(topicSize, at)
      at = block.writeUInt32BE(message.length, at)
      at += block.write(node, at, 'latin1')
      at += block.write(topic, at)
      block.set(message, at)
    },
  }
}

/** Read a batch. */
export function* readParcels(batch: Uint8Array): Generator<Parcel> {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
  for (let start = 0; start < bytes.length;) {
    const nodeEnd = start + headerSize + bytes.readUInt8(start + 1)
    const topicEnd = nodeEnd + bytes.readUInt16BE(start + 2)
    const end = topicEnd + bytes.readUInt32BE(start + 4)
    yield {
      kind: bytes.readUInt8(start) as ParcelKind,
      node: bytes.toString('latin1', start + headerSize, nodeEnd),
      topic: bytes.toString('utf8', nodeEnd, topicEnd),
      message: bytes.subarray(topicEnd, end),
      bytes: bytes.subarray(start, end),
    }
    start = end
  }
}
